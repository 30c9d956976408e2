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
  description = "Region of the buckets."
  type        = string
}

variable "account_id" {
  description = "Account of the log archive."
  type        = string
}

variable "org_id" {
  description = "Id of the organization that all accounts belong to; null where there is none."
  type        = string
  default     = null
}

variable "replica_region" {
  description = "Region of the copies; null for no copies."
  type        = string
  default     = null
}

variable "break_glass_role_arns" {
  description = "Roles that alone may change the settings of the buckets."
  type        = list(string)
  default     = []
}

variable "protected" {
  description = "Whether only the break-glass roles may change the settings of the buckets."
  type        = bool
  default     = true
}

variable "audit_writer_role_arns" {
  description = "Roles of Firehose that write the audit log."
  type        = list(string)
}

variable "store_writer_role_arns" {
  description = "Roles that keep stores of their logs in the audit bucket, each under `logs/` and its own `aws:userid`."
  type        = list(string)
  default     = []
}

variable "named_store_writer_role_arns" {
  description = "Roles that keep stores whoever acts in them, by a name: each under `logs/` and that name with the role's account, `NAME-ACCOUNT`."
  type        = map(list(string))
  default     = {}
}

variable "session_writer_role_arns" {
  description = "Roles of Firehose that write the recordings of sessions."
  type        = list(string)
}

variable "trail_arns" {
  description = "Trails of CloudTrail that write to the trail bucket."
  type        = list(string)
  default     = []
}

variable "reader_role_arns" {
  description = "Roles that may read the logs."
  type        = list(string)
  default     = []
}

variable "kms_key_arns" {
  description = "Keys of the buckets: audit, sessions and trail."
  type        = map(string)
}

variable "replica_kms_key_arns" {
  description = "Keys of the copies: audit, sessions and trail."
  type        = map(string)
  default     = {}
}
