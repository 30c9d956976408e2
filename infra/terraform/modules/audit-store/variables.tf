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
  description = "Region of the buckets."
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
  description = "Whether only the break-glass roles may change the settings of the buckets."
  type        = bool
  default     = true

  validation {
    condition     = var.protected || var.environment != "production"
    error_message = "protected cannot be false in production: who may change the default lock may leave new records without one."
  }

  validation {
    condition     = !var.protected || length(var.break_glass_role_arns) > 0
    error_message = "protected buckets need break_glass_role_arns: name at least one role, or only the root user of the account could ever change a bucket policy."
  }
}

variable "audit_writer_role_arns" {
  description = "Roles of Firehose that write the audit log, in the workload accounts. They need not be there yet."
  type        = list(string)

  validation {
    condition     = alltrue([for arn in var.audit_writer_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "audit_writer_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.audit_writer_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
}

variable "store_writer_role_arns" {
  description = "Roles of hosts that keep stores of their logs in the audit bucket, each host under `logs/` and its own `aws:userid`: lines, tiles and checkpoints, as `sallyport audit verify` reads them. They need not be there yet."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.store_writer_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "store_writer_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.store_writer_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
}

variable "named_store_writer_role_arns" {
  description = "Roles of gateways, whose logs outlive the tasks that keep them, by a name: each role of a name has its stores under `logs/NAME-ACCOUNT/`, whichever task acts in it, and `sallyport gateway --store-name NAME-ACCOUNT` keeps them there. They need not be there yet."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.named_store_writer_role_arns) : can(regex("^[a-z][a-z0-9-]{0,50}$", name))])
    error_message = "named_store_writer_role_arns must have names of 1 to 51 lower-case letters, digits and hyphens, beginning with a letter. Found: ${join(", ", [for name in keys(var.named_store_writer_role_arns) : name if !can(regex("^[a-z][a-z0-9-]{0,50}$", name))])}."
  }

  validation {
    condition     = alltrue([for name, arns in var.named_store_writer_role_arns : length(arns) > 0])
    error_message = "named_store_writer_role_arns must give each name at least one role. Without: ${join(", ", [for name, arns in var.named_store_writer_role_arns : name if length(arns) == 0])}."
  }

  validation {
    condition     = alltrue([for arn in flatten(values(var.named_store_writer_role_arns)) : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "named_store_writer_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in flatten(values(var.named_store_writer_role_arns)) : arn if !can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])}."
  }

  validation {
    # The folder of one is denied to the other, so a role of both would write nowhere.
    condition     = length(distinct(concat(var.store_writer_role_arns, flatten(values(var.named_store_writer_role_arns))))) == length(var.store_writer_role_arns) + length(flatten(values(var.named_store_writer_role_arns)))
    error_message = "named_store_writer_role_arns and store_writer_role_arns must name each role once: a role has one folder, by its `aws:userid` or by one name."
  }
}

variable "session_writer_role_arns" {
  description = "Roles of Firehose that write the recordings of sessions, in the workload accounts. They need not be there yet."
  type        = list(string)

  validation {
    condition     = alltrue([for arn in var.session_writer_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "session_writer_role_arns must hold ARNs of roles, written whole. Found: ${join(", ", [for arn in var.session_writer_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn)))])}."
  }
}

variable "trail_arns" {
  description = "Trails of CloudTrail that write to the trail bucket, of all accounts."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.trail_arns : can(regex("^arn:[a-z-]+:cloudtrail:[a-z0-9-]+:[0-9]{12}:trail/", arn))])
    error_message = "trail_arns must hold ARNs of trails, written whole. Found: ${join(", ", [for arn in var.trail_arns : arn if !(can(regex("^arn:[a-z-]+:cloudtrail:[a-z0-9-]+:[0-9]{12}:trail/", arn)))])}."
  }
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

variable "kms_key_arns" {
  description = "Keys of the buckets: audit, sessions and trail."
  type        = map(string)

  validation {
    condition     = alltrue([for purpose in ["audit", "sessions", "trail"] : contains(keys(var.kms_key_arns), purpose)])
    error_message = "kms_key_arns must name the keys audit, sessions and trail. Found: ${join(", ", [for purpose in ["audit", "sessions", "trail"] : purpose if !(contains(keys(var.kms_key_arns), purpose))])}."
  }
}

variable "replica_kms_key_arns" {
  description = "Keys of the copies, in the region of the copies: audit, sessions and trail."
  type        = map(string)
  default     = {}

  validation {
    condition     = var.replica_region == null ? true : alltrue([for purpose in ["audit", "sessions", "trail"] : contains(keys(var.replica_kms_key_arns), purpose)])
    error_message = "replica_kms_key_arns must name the keys audit, sessions and trail of the region of the copies."
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
