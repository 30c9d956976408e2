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

variable "tags" {
  description = "Tags of every resource that takes tags."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:")])
    error_message = "tags must not begin with aws:, which AWS keeps for itself. Found: ${join(", ", [for key in keys(var.tags) : key if !(!startswith(lower(key), "aws:"))])}."
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
    condition     = length(var.bedrock_endpoint_ids) > 0
    error_message = "bedrock_endpoint_ids must hold at least one id of a VPC endpoint."
  }
}

variable "gateway_role_name" {
  description = "Task role of the gateway: the only one that gets the right to run a model."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.gateway_role_name))
    error_message = "gateway_role_name must be the name of a role, not its ARN."
  }
}

variable "model_arns" {
  description = "Foundation models that the policy allows (policy.models.model_arns): what application inference profiles may stand for."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.model_arns : can(regex("^arn:[a-z-]+:bedrock:[a-z0-9*-]+::foundation-model/anthropic[.][a-z0-9].*$", arn))])
    error_message = "model_arns must be ARNs of foundation models of anthropic: another pattern would allow another vendor. Found: ${join(", ", [for arn in var.model_arns : arn if !(can(regex("^arn:[a-z-]+:bedrock:[a-z0-9*-]+::foundation-model/anthropic[.][a-z0-9].*$", arn)))])}."
  }
}

variable "application_profiles" {
  description = "Application inference profiles to make, by name, each with the model or the system profile that it stands for. Terraform alone makes them: a profile hides which model it is."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name, source in var.application_profiles : can(regex("^[a-z][a-z0-9-]{0,62}$", name)) && can(regex("^arn:[a-z-]+:bedrock:[a-z0-9-]+:([0-9]{12})?:(foundation-model/|inference-profile/[a-z-]+[.])anthropic[.][A-Za-z0-9.:-]+$", source))])
    error_message = "application_profiles must map names to the ARN of a foundation model or a system inference profile of anthropic, without wildcards: another source would allow another vendor."
  }
}

variable "logs_key_arn" {
  description = "KMS key of the log group."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.logs_key_arn))
    error_message = "logs_key_arn must be the ARN of a KMS key."
  }
}

variable "log_text" {
  description = "Whether prompts and answers are logged, and not only who ran which model. They are masked by then, and still the company's content: policy.retention.content_days has to cover them."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Days that the log of invocations is kept in CloudWatch Logs."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "guardrail" {
  description = "A guardrail of Bedrock beside the gateway's own detection; null makes none. It acts on requests alone that name it in the headers X-Amzn-Bedrock-GuardrailIdentifier and X-Amzn-Bedrock-GuardrailVersion; the gateway passes them on and sets neither."
  type = object({
    prompt_attacks  = optional(string, "HIGH")
    pii_entities    = optional(list(string), [])
    blocked_input   = optional(string, "The company's guardrail refused this request.")
    blocked_outputs = optional(string, "The company's guardrail held back this answer.")
    kms_key_arn     = optional(string)
  })
  default = null

  validation {
    condition     = var.guardrail == null ? true : contains(["LOW", "MEDIUM", "HIGH"], var.guardrail.prompt_attacks) && alltrue([for entity in var.guardrail.pii_entities : can(regex("^[A-Z][A-Z_]+$", entity))])
    error_message = "guardrail.prompt_attacks must be LOW, MEDIUM or HIGH, and guardrail.pii_entities names such as AWS_SECRET_KEY."
  }
}
