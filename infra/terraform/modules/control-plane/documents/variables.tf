variable "name" {
  description = "Prefix of the names of all resources."
  type        = string
}

variable "partition" {
  description = "AWS partition of the ARNs."
  type        = string
  default     = "aws"
}

variable "region" {
  description = "AWS region."
  type        = string
}

variable "account_id" {
  description = "Id of the account."
  type        = string
}

variable "witness" {
  description = "The witness: its name, the image by digest, and the verifier keys of the logs that it cosigns."
  type = object({
    name  = string
    image = string
    logs  = list(string)
  })
}

variable "log_group_name" {
  description = "Log group of what the witness prints."
  type        = string
}

variable "file_system_id" {
  description = "Id of the file system that holds the witness's key and memory."
  type        = string
}

variable "access_point_arn" {
  description = "ARN of the access point of the file system."
  type        = string
}
