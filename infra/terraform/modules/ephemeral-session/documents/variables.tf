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
  description = "AWS region of the sessions."
  type        = string
}

variable "account_id" {
  description = "Id of the workload account."
  type        = string
}

variable "image" {
  description = "Image of sessions in ECR, by digest."
  type        = string
}

variable "bundle" {
  description = "The signed policy bundle: bucket, key, public key of whoever signs it, and the key that encrypts the bucket or null."
  type = object({
    bucket      = string
    key         = string
    public_key  = string
    kms_key_arn = optional(string)
  })
}

variable "audit_stream_name" {
  description = "Name of the Firehose stream to which the guard delivers its log."
  type        = string
}

variable "sessions_stream_name" {
  description = "Name of the Firehose stream that recordings of sessions go to."
  type        = string
}

variable "sessions_key_arn" {
  description = "Key of ECS Exec and its recording."
  type        = string
}

variable "developers" {
  description = "Who may start sessions."
  type        = map(object({ owner = string }))
}

variable "max_minutes" {
  description = "Minutes after which a session is ended."
  type        = number
}

variable "detached_minutes" {
  description = "Minutes without anyone attached after which a session ends."
  type        = number
}

variable "network" {
  description = "Where tasks stand: subnets and security groups."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
}
