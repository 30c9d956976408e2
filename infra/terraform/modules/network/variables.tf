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

variable "vpc_cidr" {
  description = "Addresses of the VPC, private ones, /16 to /22. A quarter goes to each availability zone; the last quarter stays free."
  type        = string
  default     = "10.64.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr)) && try(cidrhost(var.vpc_cidr, 0) == split("/", var.vpc_cidr)[0], false)
    error_message = "vpc_cidr must be an IPv4 network whose host bits are zero, for example 10.64.0.0/16."
  }

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr)) && try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 22, false)
    error_message = "vpc_cidr must be between /16 and /22: AWS takes nothing larger, and below /22 a subnet would be smaller than the /28 that AWS takes."
  }

  validation {
    condition = try(anytrue([
      for private in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] :
      cidrhost("${split("/", var.vpc_cidr)[0]}/${split("/", private)[1]}", 0) == split("/", private)[0]
    ]), false)
    error_message = "vpc_cidr must lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16: a route to public addresses inside the VPC would pass the firewall by."
  }

  # Two networks overlap exactly if they are the same network under the shorter of their two prefixes.
  validation {
    condition = alltrue([
      for other in concat(var.peer_cidrs, var.reserved_cidrs) : try(
        cidrhost("${split("/", var.vpc_cidr)[0]}/${min(tonumber(split("/", var.vpc_cidr)[1]), tonumber(split("/", other)[1]))}", 0) !=
        cidrhost("${split("/", other)[0]}/${min(tonumber(split("/", var.vpc_cidr)[1]), tonumber(split("/", other)[1]))}", 0),
        false
      )
    ])
    error_message = "vpc_cidr overlaps a network of peer_cidrs or reserved_cidrs: choose addresses that none of them uses, because answers would go to the nearer one."
  }
}

variable "peer_cidrs" {
  description = "Networks that this VPC is or will be connected to: by peering, transit gateway or VPN."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.peer_cidrs : can(cidrnetmask(cidr))])
    error_message = "peer_cidrs must be IPv4 networks, for example 10.0.0.0/16. Found: ${join(", ", [for cidr in var.peer_cidrs : cidr if !(can(cidrnetmask(cidr)))])}."
  }
}

variable "peer_routes" {
  description = "Ways from the private subnets to networks of the company, by network: the id of a transit gateway or of a peering connection. They lead past the firewall, so peer_routes_bypass_firewall has to say that this is meant. Routes that are made beside this module are undone by it."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for cidr, target in var.peer_routes : contains(var.peer_cidrs, cidr) && can(regex("^(tgw|pcx)-[0-9a-z]+$", target))])
    error_message = "peer_routes must lead to networks of peer_cidrs, as they are written there, by tgw-… or pcx-…: what is not named as a peer leaves through the firewall."
  }

  validation {
    condition     = alltrue([for cidr in keys(var.peer_routes) : try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "peer_routes must not be wider than /8: a route to everywhere would lead past the firewall. Found: ${join(", ", [for cidr in keys(var.peer_routes) : cidr if !(try(tonumber(split("/", cidr)[1]) >= 8, false))])}."
  }

  validation {
    condition     = length(var.peer_routes) == 0 || var.peer_routes_bypass_firewall
    error_message = "peer_routes lead past Network Firewall: no list of names holds on them, and what stands behind them is reached on every port. Set peer_routes_bypass_firewall to true if another firewall on that way is meant to hold, or leave them out."
  }
}

variable "peer_routes_bypass_firewall" {
  description = "Whether it is meant that peer_routes lead past the firewall, because something on the other side filters what comes."
  type        = bool
  default     = false
}

variable "reserved_cidrs" {
  description = "Networks that stand elsewhere on the hosts; the default is the bridge that container engines make for themselves."
  type        = list(string)
  default     = ["172.17.0.0/16"]

  validation {
    condition     = alltrue([for cidr in var.reserved_cidrs : can(cidrnetmask(cidr))])
    error_message = "reserved_cidrs must be IPv4 networks, for example 172.17.0.0/16. Found: ${join(", ", [for cidr in var.reserved_cidrs : cidr if !(can(cidrnetmask(cidr)))])}."
  }
}

variable "azs" {
  description = "Names of one to three availability zones of the region. Adding one at the end moves no subnet."
  type        = list(string)

  validation {
    condition     = length(var.azs) >= 1 && length(var.azs) <= 3 && length(distinct(var.azs)) == length(var.azs)
    error_message = "azs must name one to three different availability zones, and names ${join(", ", var.azs)} (${length(var.azs)})."
  }

  validation {
    condition     = var.environment != "production" || length(var.azs) >= 2
    error_message = "In production azs must name at least two availability zones: with one, its failure stops every session and every record. It names ${join(", ", var.azs)}: add another, for example azs = [\"${var.region}a\", \"${var.region}b\"], or set environment to development for a trial in one."
  }

  validation {
    condition     = alltrue([for az in var.azs : can(regex("^${var.region}[a-z]$", az))])
    error_message = "azs must be zones of the region, for example eu-central-1a in eu-central-1. Found: ${join(", ", [for az in var.azs : az if !(can(regex("^${var.region}[a-z]$", az)))])}."
  }
}

variable "egress" {
  description = "`firewall`: hosts reach outside through Network Firewall and NAT. `none`: they reach nothing but the VPC and its endpoints. There is no third way."
  type        = string
  default     = "firewall"

  validation {
    condition     = contains(["firewall", "none"], var.egress)
    error_message = "egress must be firewall or none: a NAT gateway without a firewall before it is not built."
  }
}

variable "firewall_endpoint_ids" {
  description = "Availability zone to the id of its Network Firewall endpoint; the module network-firewall gives it. Empty where egress is none."
  type        = map(string)
  default     = {}

  validation {
    condition     = var.egress == "none" ? length(var.firewall_endpoint_ids) == 0 : length(setsubtract(var.azs, keys(var.firewall_endpoint_ids))) == 0
    error_message = "firewall_endpoint_ids must name an endpoint for each of azs where egress is firewall, and none where egress is none: a zone without its own endpoint would have no way out, or one past the firewall."
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
