variable "region" {
  description = "AWS region of the log groups."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the id of a region, for example eu-central-1."
  }
}

variable "account_id" {
  description = "Id of the workload account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account."
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

variable "log_group_names" {
  description = "Log groups that are written."
  type        = list(string)

  validation {
    condition     = length(var.log_group_names) > 0 && alltrue([for name in var.log_group_names : can(regex("^[A-Za-z0-9._/-]+$", name))])
    error_message = "log_group_names must be names of log groups, without wildcards. Found: ${length(var.log_group_names) == 0 ? "none" : join(", ", [for name in var.log_group_names : name if !(can(regex("^[A-Za-z0-9._/-]+$", name)))])}."
  }
}
