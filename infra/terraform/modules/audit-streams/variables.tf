variable "name" {
  description = "Prefix of the names of all resources."
  type        = string
  default     = "sallyport"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "name must be 2 to 21 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}

variable "partition" {
  description = "AWS partition of the ARNs."
  type        = string
  default     = "aws"

  validation {
    condition     = contains(["aws", "aws-us-gov", "aws-cn"], var.partition)
    error_message = "partition must be aws, aws-us-gov or aws-cn."
  }
}

variable "region" {
  description = "Region of the streams."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the id of a region, for example eu-central-1."
  }
}

variable "account_id" {
  description = "Account of the workload."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account."
  }
}

variable "archive" {
  description = "Where the streams write: buckets and keys of the log archive."
  type        = object({ account_id = string, audit_bucket_arn = string, sessions_bucket_arn = string, audit_key_arn = string, sessions_key_arn = string })

  validation {
    condition     = can(regex("^[0-9]{12}$", var.archive.account_id))
    error_message = "archive.account_id must be the 12 digits of the account of the log archive; make that account first, and apply stacks/log-archive in it."
  }

  validation {
    condition     = alltrue([for arn in [var.archive.audit_bucket_arn, var.archive.sessions_bucket_arn] : can(regex("^arn:[a-z-]+:s3:::", arn))])
    error_message = "archive must hold ARNs of two buckets. Found: ${join(", ", [for arn in [var.archive.audit_bucket_arn, var.archive.sessions_bucket_arn] : arn if !(can(regex("^arn:[a-z-]+:s3:::", arn)))])}."
  }

  validation {
    condition     = var.archive.audit_bucket_arn != var.archive.sessions_bucket_arn
    error_message = "archive names ${var.archive.audit_bucket_arn} twice: audit log and recordings must have a bucket each, for who reads one need not read the other. Take archive as stacks/log-archive gives it."
  }
}

variable "kms_key_arns" {
  description = "Keys of this account: `data` for what the streams hold in between, `logs` for what they say about errors."
  type        = object({ data = string, logs = string })
}

variable "session_log_group_name" {
  description = "Log group that Session Manager streams sessions to, in this account and region; null for none."
  type        = string
  default     = null
}

variable "buffering" {
  description = "How long a stream gathers before it writes an object, whichever comes first."
  type        = object({ seconds = number, megabytes = number })
  default     = { seconds = 60, megabytes = 64 }

  validation {
    condition     = var.buffering.seconds >= 60 && var.buffering.seconds <= 900 && var.buffering.megabytes >= 1 && var.buffering.megabytes <= 128
    error_message = "buffering must be from 60 to 900 seconds and from 1 to 128 megabytes."
  }
}

variable "log_retention_days" {
  description = "Days for which CloudWatch Logs keeps what the streams say about errors."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch Logs knows: 90, 365, 2557 and others."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the roles; null for none."
  type        = string
  default     = null
}
