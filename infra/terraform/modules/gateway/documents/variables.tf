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
  description = "AWS region of the gateway."
  type        = string
}

variable "account_id" {
  description = "Id of the workload account."
  type        = string
}

variable "hostname" {
  description = "Name under which hosts reach the gateway."
  type        = string
}

variable "image" {
  description = "Image of the gateway in ECR, by digest."
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

variable "allowed_role_arns" {
  description = "ARNs of the roles whose proof of identity the gateway takes."
  type        = list(string)
}

variable "audit_stream_name" {
  description = "Name of the Firehose stream to which the gateway delivers its log."
  type        = string
}

variable "log_group_name" {
  description = "Log group of what the gateway prints."
  type        = string
}

variable "file_system_id" {
  description = "Id of the file system that holds the state."
  type        = string
}

variable "access_point_arns" {
  description = "ARNs of the access points of the file system, one for each availability zone."
  type        = list(string)
}

variable "store" {
  description = "Where the gateway keeps a store of its log, under `logs/NAME-gateway-ACCOUNT/`: bucket and key of the archive; null for no store."
  type        = object({ bucket_arn = string, key_arn = string })
  default     = null
}

variable "limits" {
  description = "Limits by the name of the option of `sallyport gateway`."
  type        = map(number)
  default     = {}
}
