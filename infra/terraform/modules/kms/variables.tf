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
  description = "`production` or `development`. In production the keys are protected against everyone but the break-glass roles."
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
  description = "Region of the keys."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the id of a region, for example eu-central-1."
  }
}

variable "account_id" {
  description = "Account of the keys."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account."
  }
}

variable "role" {
  description = "Whose keys these are: `workload` (data, sessions, logs), `archive` (audit, sessions, trail, logs) or `replica` (audit, sessions, trail, for the copies in another region)."
  type        = string

  validation {
    condition     = contains(["workload", "archive", "replica"], var.role)
    error_message = "role must be workload, archive or replica."
  }
}

variable "break_glass_role_arns" {
  description = "Roles that alone may change what protects the keys. Without one nobody can, until the role is made: a key policy compares names."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.break_glass_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "break_glass_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.break_glass_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
}

variable "protected" {
  description = "Whether only the break-glass roles may disable or delete a key, or change its policy."
  type        = bool
  default     = true

  validation {
    condition     = var.protected || var.environment != "production"
    error_message = "protected cannot be false in production: whoever may disable a key may destroy the logs that it encrypts."
  }

  validation {
    condition     = !var.protected || length(var.break_glass_role_arns) > 0
    error_message = "protected keys need break_glass_role_arns: name at least one role, or nobody could ever change a key policy."
  }
}

variable "audit_writer_role_arns" {
  description = "Roles of Firehose that write the audit log, for an archive."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.audit_writer_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "audit_writer_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.audit_writer_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
}

variable "session_writer_role_arns" {
  description = "Roles of Firehose that write the recordings of sessions, for an archive."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.session_writer_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "session_writer_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.session_writer_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
}

variable "reader_role_arns" {
  description = "Roles that may decrypt the logs through S3, for an archive or a replica: those of auditors."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.reader_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "reader_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.reader_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
}

variable "replication_role_arns" {
  description = "Roles of S3 that copy the logs to the other region."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.replication_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "replication_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.replication_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
}

variable "trail_arns" {
  description = "Trails of CloudTrail that write to the archive, of all accounts."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.trail_arns : can(regex("^arn:[a-z-]+:cloudtrail:[a-z0-9-]+:[0-9]{12}:trail/", arn))])
    error_message = "trail_arns must hold ARNs of trails, written whole. Found: ${join(", ", [for arn in var.trail_arns : arn if !(can(regex("^arn:[a-z-]+:cloudtrail:[a-z0-9-]+:[0-9]{12}:trail/", arn)))])}."
  }
}

variable "log_group_prefixes" {
  description = "Beginnings of the names of log groups that the key for logs encrypts. Left empty: `/NAME/` and `/aws/vendedlogs/NAME/`."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for prefix in var.log_group_prefixes : length(prefix) >= 3 && !strcontains(prefix, "*")])
    error_message = "log_group_prefixes must hold beginnings of names of log groups, at least three characters, without `*`. Found: ${join(", ", [for prefix in var.log_group_prefixes : prefix if !(length(prefix) >= 3 && !strcontains(prefix, "*"))])}."
  }
}
