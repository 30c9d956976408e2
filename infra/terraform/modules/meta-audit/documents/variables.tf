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
  description = "Region of the rules, alarms and topic."
  type        = string
}

variable "account_id" {
  description = "Account that is watched."
  type        = string
}

variable "archive_bucket_names" {
  description = "Buckets of the log archive and their copies, where they are of this account."
  type        = list(string)
  default     = []
}

variable "break_glass_role_arns" {
  description = "Roles whose use is an alarm; left empty: `NAME-break-glass` of this account."
  type        = list(string)
  default     = []
}

variable "protected_role_arns" {
  description = "Roles whose change is an alarm, beside those whose name begins with the prefix."
  type        = list(string)
  default     = []
}

variable "session_document_name" {
  description = "The only document of Session Manager with which sessions may begin; null for `NAME-session`."
  type        = string
  default     = null
}
