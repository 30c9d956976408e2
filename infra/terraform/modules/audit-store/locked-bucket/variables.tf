variable "bucket_name" {
  description = "Name of the bucket, of all buckets in the world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name must be 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "tags" {
  description = "Tags of the bucket."
  type        = map(string)
  default     = {}
}

variable "kms_key_arn" {
  description = "Key of the bucket."
  type        = string
}

variable "lock_mode" {
  description = "GOVERNANCE or COMPLIANCE."
  type        = string
}

variable "retention_years" {
  description = "Years for which a version is kept; null where days are given."
  type        = number
}

variable "retention_days" {
  description = "Days for which a version is kept; null where years are given."
  type        = number
}

variable "archive_after_days" {
  description = "Days after which a version moves to a cheaper class."
  type        = number
}
