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

variable "subnet_ids" {
  description = "Availability zone to the id of its firewall subnet; the module network gives it."
  type        = map(string)

  validation {
    condition     = length(var.subnet_ids) >= 1 && length(var.subnet_ids) <= 3
    error_message = "subnet_ids must name a firewall subnet for each of one to three availability zones."
  }

  validation {
    condition     = var.environment != "production" || length(var.subnet_ids) >= 2
    error_message = "subnet_ids names ${join(", ", keys(var.subnet_ids))} alone. In production the firewall needs subnets in at least two availability zones: where it fails, nothing leaves. Add a zone, or set environment to development."
  }
}

variable "home_cidrs" {
  description = "Networks of the developer hosts, `$HOME_NET` of the rules."
  type        = list(string)

  validation {
    condition     = length(var.home_cidrs) > 0 && alltrue([for cidr in var.home_cidrs : can(cidrnetmask(cidr))])
    error_message = "home_cidrs must be the IPv4 networks of the private subnets; the module network gives them. Found: ${length(var.home_cidrs) == 0 ? "none" : join(", ", [for cidr in var.home_cidrs : cidr if !(can(cidrnetmask(cidr)))])}."
  }
}

variable "gateway_cidrs" {
  description = "Networks of gateways whose way to the model provider leads through this firewall, `$GATEWAY_NET` of the rules. Empty where the gateway reaches Bedrock by its endpoint, as in this deployment."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.gateway_cidrs : can(cidrnetmask(cidr))])
    error_message = "gateway_cidrs must be IPv4 networks, for example 10.64.32.0/24. Found: ${join(", ", [for cidr in var.gateway_cidrs : cidr if !(can(cidrnetmask(cidr)))])}."
  }

  validation {
    condition = alltrue(flatten([
      for gateway in var.gateway_cidrs : [
        for home in var.home_cidrs : try(
          cidrhost("${split("/", gateway)[0]}/${min(tonumber(split("/", gateway)[1]), tonumber(split("/", home)[1]))}", 0) !=
          cidrhost("${split("/", home)[0]}/${min(tonumber(split("/", gateway)[1]), tonumber(split("/", home)[1]))}", 0),
          false
        )
      ]
    ]))
    error_message = "gateway_cidrs overlaps home_cidrs: developer hosts would get the gateway's way to the provider. Give the gateway subnets of its own."
  }
}

variable "rules" {
  description = "Suricata rules in strict order, as the module policy-rules gives them: `egress` about `$HOME_NET`, `gateway` about `$GATEWAY_NET`."
  type = object({
    egress  = string
    gateway = string
  })

  validation {
    condition     = can(regex("(?m)^pass ", var.rules.egress))
    error_message = "rules.egress passes nothing: the allowlist is empty. List hosts under `egress.hosts` of the policy and compile it again."
  }

  validation {
    condition     = alltrue([for line in split("\n", trimspace(var.rules.egress)) : can(regex("^(pass|drop|reject|alert) [a-z]+ \\$HOME_NET any -> ", line))])
    error_message = "Each line of rules.egress must be a rule about $HOME_NET: take the text as `sallyport policy compile --target terraform` writes it. Found: ${join(", ", [for line in split("\n", trimspace(var.rules.egress)) : line if !(can(regex("^(pass|drop|reject|alert) [a-z]+ \\$HOME_NET any -> ", line)))])}."
  }

  # AWS takes 30000 for all groups of a policy together; a fifth of each group is kept free, and the floor needs its own.
  validation {
    condition     = length(regexall("(?m)^[a-z]", var.rules.egress)) <= 20000 && length(regexall("(?m)^[a-z]", var.rules.gateway)) <= 4000
    error_message = "rules holds more than a firewall policy takes, 20000 about hosts and 4000 about gateways: list fewer hosts, or use a mirror instead of many of them."
  }

  validation {
    condition     = length(var.gateway_cidrs) == 0 || can(regex("(?m)^pass ", var.rules.gateway))
    error_message = "gateway_cidrs is given, but rules.gateway passes nothing: the policy names no upstream on another machine."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the firewall, its policy and its rules."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID; the module kms gives it."
  }
}

variable "default_action" {
  description = "What happens to packets that no rule took. The default waits for a TLS hello that comes in several packets; `drop_established` cuts such a hello off and is for regions that do not know the others yet."
  type        = string
  default     = "drop_established_app_layer_to_server"

  validation {
    condition     = contains(["drop_established_app_layer_to_server", "drop_established_app_layer", "drop_established"], var.default_action)
    error_message = "default_action must be drop_established_app_layer_to_server, drop_established_app_layer or drop_established: with drop_strict no connection opens far enough to show a name, and without a drop all else leaves."
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
