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

variable "environment" {
  description = "`production` or `development`. In production alarms must have somewhere to go."
  type        = string
  default     = "production"

  validation {
    condition     = contains(["production", "development"], var.environment)
    error_message = "environment must be production or development."
  }
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
  description = "Region of the rules, alarms and topic."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the id of a region, for example eu-central-1."
  }
}

variable "account_id" {
  description = "Account that is watched."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account."
  }
}

variable "trail" {
  description = "Where the trail writes: the trail bucket and its key, of the log archive."
  type        = object({ bucket_name = string, kms_key_arn = string })
}

variable "logs_key_arn" {
  description = "Key for log groups and the topic, of this account and region."
  type        = string
}

variable "is_organization_trail" {
  description = "Whether the trail is that of the whole organization: for the management account alone."
  type        = bool
  default     = false
}

variable "data_event_bucket_arns" {
  description = "Buckets of this account whose objects are watched, reads and refused calls too."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.data_event_bucket_arns : can(regex("^arn:[a-z-]+:s3:::[^/*]+$", arn))])
    error_message = "data_event_bucket_arns must hold ARNs of buckets. Found: ${join(", ", [for arn in var.data_event_bucket_arns : arn if !(can(regex("^arn:[a-z-]+:s3:::[^/*]+$", arn)))])}."
  }
}

variable "trail_bucket_arn" {
  description = "The trail bucket where it is of this account: watched too, but for what CloudTrail itself puts there."
  type        = string
  default     = null
}

variable "break_glass_role_arns" {
  description = "Roles whose use is an alarm."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.break_glass_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "break_glass_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.break_glass_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
}

variable "protected_role_arns" {
  description = "Roles whose policies, trust or boundary are an alarm when changed."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.protected_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "protected_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.protected_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
}

variable "session_document_name" {
  description = "The only document of Session Manager with which sessions may begin; null for `NAME-session`."
  type        = string
  default     = null
}

variable "stream_names" {
  description = "Firehose streams that must deliver in time."
  type        = list(string)
  default     = []
}

variable "heartbeat_stream_name" {
  description = "Firehose stream that must get records all the time, which hosts and gateways see to with heartbeats; null for none."
  type        = string
  default     = null
}

variable "heartbeat_bucket_name" {
  description = "Bucket that must get objects all the time; null for none. Its metrics are switched on for all requests here."
  type        = string
  default     = null
}

variable "heartbeat_minutes" {
  description = "Minutes of silence after which the alarm is raised."
  type        = number
  default     = 15

  validation {
    condition     = var.heartbeat_minutes >= 5 && var.heartbeat_minutes <= 1440 && var.heartbeat_minutes % 5 == 0
    error_message = "heartbeat_minutes must be a multiple of 5 from 5 to 1440."
  }
}

variable "replications" {
  description = "Copies to another region that must keep up."
  type        = list(object({ source_bucket_name = string, replica_bucket_name = string, rule_id = string }))
  default     = []
}

variable "alert_emails" {
  description = "Addresses that are told; each must confirm once."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "alert_emails must hold addresses of electronic mail. Found: ${join(", ", [for address in var.alert_emails : address if !(can(regex("^[^@ ]+@[^@ ]+$", address)))])}."
  }

  validation {
    condition     = var.environment != "production" || length(var.alert_emails) + length(var.alert_target_arns) > 0
    error_message = "alert_emails and alert_target_arns are both empty, and in production somebody must be told: set one of them."
  }
}

variable "alert_target_arns" {
  description = "SQS queues that are told: those of a pager or a SIEM."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.alert_target_arns : can(regex("^arn:[a-z-]+:sqs:", arn))])
    error_message = "alert_target_arns must hold ARNs of SQS queues. Found: ${join(", ", [for arn in var.alert_target_arns : arn if !(can(regex("^arn:[a-z-]+:sqs:", arn)))])}."
  }
}

variable "log_retention_days" {
  description = "Days for which CloudWatch Logs keeps the events of the trail. The trail bucket keeps them as long as it keeps everything."
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
