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
  description = "`production` or `development`. Production keeps at least seven years in COMPLIANCE mode, with a copy in another region."
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
  description = "Region of the archive."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the id of a region, for example eu-central-1."
  }
}

variable "account_id" {
  description = "Account of the log archive."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account."
  }
}

variable "org_id" {
  description = "Id of the organization that all accounts belong to; null where there is none."
  type        = string
  default     = null

  validation {
    condition     = var.org_id == null ? true : can(regex("^o-[a-z0-9]{10,32}$", var.org_id))
    error_message = "org_id must be the id of an organization, for example o-a1b2c3d4e5."
  }
}

variable "replica_region" {
  description = "Region of the copies, of the provider `aws.replica`; null for no copies."
  type        = string
  default     = null

  validation {
    condition     = var.replica_region == null ? true : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.replica_region))
    error_message = "replica_region must be the id of a region, for example eu-west-1."
  }

  validation {
    condition     = var.replica_region != var.region
    error_message = "replica_region must be another region than region."
  }

  validation {
    condition     = var.environment != "production" || var.replica_region != null
    error_message = "replica_region must be set in production: a copy in another region is what is left when a region is not there."
  }
}

variable "workload_accounts" {
  description = "Accounts whose streams and trails write here, with the region and the `name` of their workload stack; left out: the same name."
  type        = list(object({ account_id = string, region = string, name = optional(string) }))

  validation {
    condition     = length(var.workload_accounts) > 0
    error_message = "workload_accounts is empty: name at least one account, for an archive that nobody writes to keeps nothing."
  }

  validation {
    condition     = alltrue([for workload in var.workload_accounts : can(regex("^[0-9]{12}$", workload.account_id))])
    error_message = "account_id of each of workload_accounts must be the 12 digits of an AWS account. Found: ${join(", ", [for workload in var.workload_accounts : workload.account_id if !(can(regex("^[0-9]{12}$", workload.account_id)))])}."
  }

  validation {
    condition     = var.environment != "production" || alltrue([for workload in var.workload_accounts : workload.account_id != var.account_id])
    error_message = "workload_accounts holds account_id itself, ${var.account_id}. In production the log archive must be an account of its own: whoever administers the workload must not administer its logs. Apply this stack in another account."
  }
}

variable "trail_accounts" {
  description = "Further accounts whose trail writes here, that of the organization for example."
  type        = list(object({ account_id = string, region = string, name = optional(string) }))
  default     = []
}

variable "lock_mode" {
  description = "How the buckets keep what was written: `COMPLIANCE` for nobody to delete or shorten, the owner of the account neither; `GOVERNANCE` can be lifted by who has the right to."
  type        = string
  default     = "COMPLIANCE"

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.lock_mode)
    error_message = "lock_mode must be GOVERNANCE or COMPLIANCE."
  }

  validation {
    condition     = var.lock_mode != "COMPLIANCE" || var.acknowledge_compliance_lock
    error_message = "lock_mode COMPLIANCE cannot be undone: nobody, AWS neither, can delete what was written or close the account cleanly before its time is over, and it is paid for until then. Set acknowledge_compliance_lock = true where that is meant, or environment = \"development\" with lock_mode = \"GOVERNANCE\"."
  }

  validation {
    condition     = var.environment != "production" || var.lock_mode == "COMPLIANCE"
    error_message = "lock_mode must be COMPLIANCE in production: GOVERNANCE can be lifted by an administrator. For a trial set environment = \"development\"."
  }
}

variable "acknowledge_compliance_lock" {
  description = "Says that a lock in COMPLIANCE mode is meant, which nobody can undo."
  type        = bool
  default     = false
}

variable "retention_years" {
  description = "Years for which each version is kept, counted from when it was written. Null where retention_days is given."
  type        = number
  default     = 7

  validation {
    condition     = var.retention_years == null ? true : var.retention_years >= 1 && var.retention_years <= 100 && floor(var.retention_years) == var.retention_years
    error_message = "retention_years must be a whole number from 1 to 100."
  }

  validation {
    condition     = var.environment != "production" || (var.retention_years == null ? false : var.retention_years >= 7)
    error_message = "retention_years must be at least 7 in production. For a trial set environment = \"development\"."
  }

  validation {
    condition     = (var.retention_years == null) != (var.retention_days == null)
    error_message = "give either retention_years or retention_days, and set the other to null."
  }
}

variable "retention_days" {
  description = "Days instead of years, for a trial in development: the buckets can be emptied and removed after that time."
  type        = number
  default     = null

  validation {
    condition     = var.retention_days == null ? true : var.retention_days >= 1 && var.retention_days <= 36500 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days must be a whole number from 1 to 36500."
  }

  validation {
    condition     = var.retention_days == null || (var.environment == "development" && var.lock_mode == "GOVERNANCE")
    error_message = "retention_days is for development with lock_mode = \"GOVERNANCE\" alone; elsewhere set retention_years."
  }
}

variable "break_glass_role_arns" {
  description = "Roles that alone may change policy, lock, versions, lifecycle and replication of the buckets, once these are there. They delete nothing either."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.break_glass_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "break_glass_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.break_glass_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
}

variable "protected" {
  description = "Whether only the break-glass roles may change keys and buckets."
  type        = bool
  default     = true
}

variable "reader_role_arns" {
  description = "Roles of this account or others that may read the logs: those of auditors."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.reader_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "reader_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.reader_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
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

variable "heartbeat_minutes" {
  description = "Minutes of silence after which the alarm is raised."
  type        = number
  default     = 15

  validation {
    condition     = var.heartbeat_minutes >= 5 && var.heartbeat_minutes <= 1440 && var.heartbeat_minutes % 5 == 0
    error_message = "heartbeat_minutes must be a multiple of 5 from 5 to 1440."
  }
}

variable "archive_after_days" {
  description = "Days after which a version moves to Glacier Instant Retrieval, which is cheaper to keep and dearer to read. Nothing ever expires."
  type        = number
  default     = 90

  validation {
    condition     = var.archive_after_days >= 30
    error_message = "archive_after_days must be at least 30."
  }
}
