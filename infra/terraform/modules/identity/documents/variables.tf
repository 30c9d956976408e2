variable "name" {
  description = "Prefix of every name."
  type        = string
  default     = "sallyport"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "name must be 2 to 21 characters of a-z, 0-9 and -, beginning with a letter."
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
  description = "AWS region of the deployment."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the code of an AWS region, such as eu-central-1."
  }
}

variable "workload_account_ids" {
  description = "Accounts in which agents run."
  type        = list(string)

  validation {
    condition     = length(var.workload_account_ids) > 0 && alltrue([for id in var.workload_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "workload_account_ids must hold at least one account, each as 12 digits. Found: ${length(var.workload_account_ids) == 0 ? "none" : join(", ", [for id in var.workload_account_ids : id if !(can(regex("^[0-9]{12}$", id)))])}."
  }
}

variable "log_archive_account_id" {
  description = "Account that holds the audit log."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.log_archive_account_id))
    error_message = "log_archive_account_id must be the 12 digits of the account that keeps the log; it is not optional, because a log beside what it records can be changed by the same people."
  }
}

variable "allowed_regions" {
  description = "Regions in which anything may be made. Models behind an inference profile run where the policy says, whatever stands here."
  type        = list(string)

  validation {
    condition     = length(var.allowed_regions) > 0 && alltrue([for region in var.allowed_regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "allowed_regions must hold at least one code of an AWS region, such as eu-central-1. Found: ${length(var.allowed_regions) == 0 ? "none" : join(", ", [for region in var.allowed_regions : region if !(can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region)))])}."
  }
}

variable "guardrail" {
  description = "Service control policy about models, as `sallyport policy compile --target terraform` writes it (policy.iam.guardrail)."
  type        = string

  validation {
    condition     = can(jsondecode(var.guardrail).Statement) && strcontains(var.guardrail, "anthropic.") && !strcontains(var.guardrail, ":foundation-model/*")
    error_message = "guardrail must be the document of policy.iam.guardrail: JSON whose statements name models of anthropic, not all models."
  }
}

variable "application_profile_arns" {
  description = "Application inference profiles that modules/bedrock made. Their names are opaque, so each is listed."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.application_profile_arns : can(regex("^arn:[a-z-]+:bedrock:[a-z0-9-]+:[0-9]{12}:application-inference-profile/[a-z0-9]+$", arn))])
    error_message = "application_profile_arns must be whole ARNs of application inference profiles, without wildcards: a pattern would let in profiles of other models. Found: ${join(", ", [for arn in var.application_profile_arns : arn if !(can(regex("^arn:[a-z-]+:bedrock:[a-z0-9-]+:[0-9]{12}:application-inference-profile/[a-z0-9]+$", arn)))])}."
  }
}

variable "deployment_role_arns" {
  description = "Roles that apply this configuration. They alone change what the service control policies guard. The permission set platform opens those of the workload accounts and of the log archive."
  type        = list(string)

  validation {
    condition     = length(var.deployment_role_arns) > 0 && alltrue([for arn in var.deployment_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[^*?]+$", arn))])
    error_message = "deployment_role_arns must hold at least one whole ARN of roles, without wildcards: a pattern would mean every role that somebody gives such a name. Found: ${length(var.deployment_role_arns) == 0 ? "none" : join(", ", [for arn in var.deployment_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[^*?]+$", arn)))])}."
  }

  validation {
    condition     = anytrue([for arn in var.deployment_role_arns : contains(concat(var.workload_account_ids, [var.log_archive_account_id]), element(split(":", arn), 4))])
    error_message = "deployment_role_arns must hold a role of a workload account or of the log archive: those of other accounts are opened to nobody. Found: ${length(var.deployment_role_arns) == 0 ? "none" : join(", ", var.deployment_role_arns)}."
  }
}
