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
  description = "Region of the keys."
  type        = string
}

variable "account_id" {
  description = "Account of the keys."
  type        = string
}

variable "role" {
  description = "Whose keys these are: workload, archive or replica."
  type        = string
}

variable "break_glass_role_arns" {
  description = "Roles that alone may change what protects the keys."
  type        = list(string)
  default     = []
}

variable "protected" {
  description = "Whether only the break-glass roles may disable or delete a key, or change its policy."
  type        = bool
  default     = true
}

variable "audit_writer_role_arns" {
  description = "Roles of Firehose that write the audit log."
  type        = list(string)
  default     = []
}

variable "session_writer_role_arns" {
  description = "Roles of Firehose that write the recordings of sessions."
  type        = list(string)
  default     = []
}

variable "reader_role_arns" {
  description = "Roles that may decrypt the logs through S3."
  type        = list(string)
  default     = []
}

variable "replication_role_arns" {
  description = "Roles of S3 that copy the logs to the other region."
  type        = list(string)
  default     = []
}

variable "trail_arns" {
  description = "Trails of CloudTrail that write to the archive."
  type        = list(string)
  default     = []
}

variable "log_group_prefixes" {
  description = "Beginnings of the names of log groups; left empty: `/NAME/` and `/aws/vendedlogs/NAME/`."
  type        = list(string)
  default     = []
}
