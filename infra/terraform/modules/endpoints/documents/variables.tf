variable "region" {
  description = "AWS region of the endpoints."
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

variable "org_id" {
  description = "Id of the AWS organization. Null where there is none: then the account alone is the perimeter."
  type        = string
  default     = null

  validation {
    condition     = var.org_id == null ? true : can(regex("^o-[a-z0-9]{10,32}$", var.org_id))
    error_message = "org_id must be the id of an organization, o- and 10 to 32 letters and digits, or null."
  }
}

variable "services" {
  description = "AWS services with an interface endpoint."
  type        = set(string)

  validation {
    condition     = alltrue([for service in var.services : can(regex("^[a-z0-9.-]+$", service))])
    error_message = "services must be the last parts of com.amazonaws.REGION.SERVICE. Found: ${join(", ", [for service in var.services : service if !(can(regex("^[a-z0-9.-]+$", service)))])}."
  }
}

variable "bedrock_perimeter" {
  description = "Policy of the endpoint of bedrock-runtime without the restriction to the gateway; null where that endpoint is not there."
  type        = string
  default     = null

  validation {
    condition     = var.bedrock_perimeter == null ? !contains(var.services, "bedrock-runtime") : can(jsondecode(var.bedrock_perimeter).Statement)
    error_message = "bedrock_perimeter must be a policy document in JSON where services holds bedrock-runtime; the module policy-rules gives it."
  }
}

variable "bedrock_principal_arns" {
  description = "ARNs of the roles that may use the endpoint of bedrock-runtime."
  type        = list(string)
  default     = []

  validation {
    condition     = !contains(var.services, "bedrock-runtime") || length(var.bedrock_principal_arns) > 0
    error_message = "bedrock_principal_arns is empty: name the role of the gateway."
  }
}

variable "aws_owned_buckets" {
  description = "Buckets of AWS that may be read, and why; `{region}` stands for the region."
  type        = map(string)

  validation {
    condition     = alltrue([for bucket in keys(var.aws_owned_buckets) : can(regex("^[a-z0-9][a-z0-9.{}-]{2,62}$", bucket))])
    error_message = "aws_owned_buckets must be names of buckets without wildcards. Found: ${join(", ", [for bucket in keys(var.aws_owned_buckets) : bucket if !(can(regex("^[a-z0-9][a-z0-9.{}-]{2,62}$", bucket)))])}."
  }
}
