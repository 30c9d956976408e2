variable "name" {
  description = "Prefix of the names of all resources."
  type        = string
  default     = "sallyport"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "name must be 2 to 21 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.tags) <= 45
    error_message = "tags may hold at most 45 entries: AWS takes 50 for a resource, and the modules add their own."
  }
}

variable "environment" {
  description = "`production` or `development`. In production the network stands in at least two availability zones."
  type        = string
  default     = "production"

  validation {
    condition     = contains(["production", "development"], var.environment)
    error_message = "environment must be production or development."
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
  description = "AWS region of the network."
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

variable "vpc_id" {
  description = "The VPC."
  type        = string

  validation {
    condition     = length(var.vpc_id) > 0
    error_message = "vpc_id must be the id of a VPC; the module network gives it."
  }
}

variable "domains" {
  description = "Names that are answered, as the module policy-rules gives them: `example.com` is that name alone, `*.example.com` every name below it."
  type        = list(string)

  validation {
    condition     = length(var.domains) > 0
    error_message = "domains is empty: no name would be answered, not even those of the VPC endpoints. List hosts under `egress.hosts` of the policy and compile it again."
  }

  validation {
    condition     = alltrue([for name in var.domains : can(regex("^(\\*\\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9]$", name))])
    error_message = "domains must be names in lower case and punycode with at least two labels and no final dot; `*` stands only for whole labels in front, never alone. Found: ${join(", ", [for name in var.domains : name if !(can(regex("^(\\*\\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9]$", name)))])}."
  }

  validation {
    condition     = alltrue([for name in var.domains : !can(regex("^\\*\\.([a-z0-9.-]+\\.)?amazonaws\\.com(\\.cn)?$", name)) || can(regex("^\\*\\.efs\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?$", name))])
    error_message = "domains must not hold a wildcard under amazonaws.com: buckets, machines and functions of any account have names there. Name the services one by one. Found: ${join(", ", [for name in var.domains : name if !(!can(regex("^\\*\\.([a-z0-9.-]+\\.)?amazonaws\\.com(\\.cn)?$", name)) || can(regex("^\\*\\.efs\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?$", name)))])}."
  }
}

variable "logs_kms_key_arn" {
  description = "ARN of the KMS key that encrypts the log groups; its policy must let CloudWatch Logs of the region use it."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.logs_kms_key_arn))
    error_message = "logs_kms_key_arn must be the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID; the module kms gives it. An alias is not taken: it can be moved to another key."
  }
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps these logs. What has to last longer belongs into the audit store."
  type        = number
  default     = 400

  validation {
    condition     = contains([90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch Logs knows and at least 90: 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "deletion_protection" {
  description = "Whether deletion and change of what holds the boundary are protected. Set it to false and apply once before a destroy that is meant."
  type        = bool
  default     = true

  validation {
    condition     = var.deletion_protection || var.environment != "production"
    error_message = "deletion_protection may be false only where environment is development."
  }
}
