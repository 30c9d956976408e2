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
  description = "Region of the streams."
  type        = string
}

variable "account_id" {
  description = "Account of the workload."
  type        = string
}

variable "archive" {
  description = "Where the streams write: buckets and keys of the log archive."
  type = object({
    account_id          = string
    audit_bucket_arn    = string
    sessions_bucket_arn = string
    audit_key_arn       = string
    sessions_key_arn    = string
  })
}
