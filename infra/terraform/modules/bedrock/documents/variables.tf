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

variable "account_id" {
  description = "Id of the workload account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account."
  }
}

variable "invoke_policy" {
  description = "What the gateway may run, as `sallyport policy compile --target terraform` writes it (policy.iam.invoke)."
  type        = string

  validation {
    condition     = can(jsondecode(var.invoke_policy).Statement) && strcontains(var.invoke_policy, "anthropic.") && !can(regex("(foundation-model|inference-profile)/[*]", var.invoke_policy))
    error_message = "invoke_policy must be the document of policy.iam.invoke: JSON whose statements name models of anthropic, not all models."
  }
}

variable "bedrock_endpoint_ids" {
  description = "VPC endpoints of bedrock-runtime through which the gateway comes. Credentials of the gateway are of no use anywhere else."
  type        = list(string)

  validation {
    condition     = length(var.bedrock_endpoint_ids) > 0 && alltrue([for id in var.bedrock_endpoint_ids : can(regex("^vpce-[0-9a-f]{8,17}$", id))])
    error_message = "bedrock_endpoint_ids must hold at least one id of a VPC endpoint (vpce-…). Found: ${length(var.bedrock_endpoint_ids) == 0 ? "none" : join(", ", [for id in var.bedrock_endpoint_ids : id if !(can(regex("^vpce-[0-9a-f]{8,17}$", id)))])}."
  }
}

variable "application_profile_arns" {
  description = "Application inference profiles that the gateway may call beside those of the policy."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.application_profile_arns : can(regex("^arn:[a-z-]+:bedrock:[a-z0-9-]+:[0-9]{12}:application-inference-profile/[a-z0-9]+$", arn))])
    error_message = "application_profile_arns must be whole ARNs of application inference profiles, without wildcards. Found: ${join(", ", [for arn in var.application_profile_arns : arn if !(can(regex("^arn:[a-z-]+:bedrock:[a-z0-9-]+:[0-9]{12}:application-inference-profile/[a-z0-9]+$", arn)))])}."
  }
}

variable "model_arns" {
  description = "Foundation models behind the application inference profiles (policy.models.model_arns)."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.model_arns : can(regex("^arn:[a-z-]+:bedrock:[a-z0-9*-]+::foundation-model/anthropic[.][a-z0-9].*$", arn))])
    error_message = "model_arns must be ARNs of foundation models of anthropic: another pattern would allow another vendor. Found: ${join(", ", [for arn in var.model_arns : arn if !(can(regex("^arn:[a-z-]+:bedrock:[a-z0-9*-]+::foundation-model/anthropic[.][a-z0-9].*$", arn)))])}."
  }
}

variable "guardrail_arns" {
  description = "Guardrails that the gateway may apply."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.guardrail_arns : can(regex("^arn:[a-z-]+:bedrock:[a-z0-9-]+:[0-9]{12}:guardrail/[a-z0-9]+$", arn))])
    error_message = "guardrail_arns must be whole ARNs of guardrails. Found: ${join(", ", [for arn in var.guardrail_arns : arn if !(can(regex("^arn:[a-z-]+:bedrock:[a-z0-9-]+:[0-9]{12}:guardrail/[a-z0-9]+$", arn)))])}."
  }
}
