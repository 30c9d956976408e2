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

variable "tags" {
  description = "Tags of every resource that takes tags."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:")])
    error_message = "tags must not begin with aws:, which AWS keeps for itself. Found: ${join(", ", [for key in keys(var.tags) : key if !(!startswith(lower(key), "aws:"))])}."
  }
}

variable "sso_instance_arn" {
  description = "Instance of IAM Identity Center."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:sso:::instance/ssoins-[0-9a-f]{16}$", var.sso_instance_arn))
    error_message = "sso_instance_arn must be the ARN of an instance, such as arn:aws:sso:::instance/ssoins-1234567890abcdef."
  }
}

variable "assignments" {
  description = "Who gets which permission set where: groups of Identity Center, by id."
  type = list(object({
    permission_set = string
    group_id       = string
    account_id     = string
  }))
  default = []

  validation {
    condition     = alltrue([for one in var.assignments : contains(["developer", "security", "auditor", "platform"], one.permission_set) && can(regex("^[0-9]{12}$", one.account_id)) && can(regex("^([0-9a-f]{10}-)?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", one.group_id))])
    error_message = "assignments must name a permission set (developer, security, auditor, platform), the id of a group in Identity Center (a UUID, not its name) and an account of 12 digits. Found: ${join(", ", [for one in var.assignments : "${one.permission_set} for ${one.group_id} in ${one.account_id}" if !(contains(["developer", "security", "auditor", "platform"], one.permission_set) && can(regex("^[0-9]{12}$", one.account_id)) && can(regex("^([0-9a-f]{10}-)?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", one.group_id)))])}."
  }
}

variable "access_control_attributes" {
  description = "Session tags, from attributes of Identity Center. `sallyport:owner` is compared with the tag of the same name on hosts and tasks; `SSMSessionRunAs` is the account on the host."
  type        = map(string)
  default = {
    "sallyport:owner" = "$${path:userName}"
    "SSMSessionRunAs" = "$${path:nickName}"
  }

  validation {
    condition     = contains(keys(var.access_control_attributes), "sallyport:owner") && contains(keys(var.access_control_attributes), "SSMSessionRunAs") && alltrue([for source in values(var.access_control_attributes) : can(regex("^[$][{]path:[A-Za-z0-9.]+[}]$", source))])
    error_message = "access_control_attributes must give sallyport:owner and SSMSessionRunAs, each as $${path:…}: without the first nobody reaches a host, without the second a session would run as ssm-user."
  }
}

variable "developer_policy_names" {
  description = "Customer managed policies of the workload account that developers get beside their own, such as NAME-session-developer."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.developer_policy_names) <= 5 && alltrue([for name in var.developer_policy_names : can(regex("^[A-Za-z0-9+=,.@_-]{1,128}$", name))])
    error_message = "developer_policy_names must be at most five names of policies, not ARNs. Found: ${join(", ", var.developer_policy_names)}."
  }
}

variable "scp_targets" {
  description = "Where the service control policies are attached: ids of roots, organizational units or accounts. `workload` gets all four, `archive` all but that of the network."
  type = object({
    workload = list(string)
    archive  = list(string)
  })

  validation {
    condition     = length(var.scp_targets.workload) > 0 && length(var.scp_targets.archive) > 0 && alltrue([for id in concat(var.scp_targets.workload, var.scp_targets.archive) : can(regex("^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|[0-9]{12})$", id))])
    error_message = "scp_targets must name for workload and archive at least one root (r-…), organizational unit (ou-…) or account each. Found: workload ${join(", ", var.scp_targets.workload)}; archive ${join(", ", var.scp_targets.archive)}."
  }
}
