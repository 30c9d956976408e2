variable "name" {
  description = "Prefix of every name. The role is called NAME-break-glass."
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

variable "trusted_user_arns" {
  description = "IAM users who may take the role, each with a security key of their own: sessions of Identity Center carry no proof of a second factor, and Identity Center may be what is broken."
  type        = list(string)

  validation {
    condition     = length(var.trusted_user_arns) > 0 && alltrue([for arn in var.trusted_user_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:user/[^*?]+$", arn))])
    error_message = "trusted_user_arns must name at least one IAM user by its whole ARN, without wildcards: a role or an account would let in whoever may act for it. Found: ${length(var.trusted_user_arns) == 0 ? "none" : join(", ", [for arn in var.trusted_user_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:user/[^*?]+$", arn)))])}."
  }
}

variable "max_mfa_age_seconds" {
  description = "How long after the second factor was shown the role can be taken."
  type        = number
  default     = 900

  validation {
    condition     = var.max_mfa_age_seconds >= 60 && var.max_mfa_age_seconds <= 3600
    error_message = "max_mfa_age_seconds must be between 60 and 3600."
  }
}
