variable "policy" {
  description = "What `sallyport policy compile --target terraform` writes to sallyport.auto.tfvars.json; the module policy-rules holds its shape and checks it."
  type        = any

  validation {
    condition     = can(var.policy.format) && can(var.policy.allowed_domains) && can(var.policy.session.document)
    error_message = "policy must be the object that `sallyport policy compile POLICY --target terraform --out FOLDER` writes to sallyport.auto.tfvars.json: put that file beside the root module."
  }
}

variable "name" {
  description = "Prefix of the names of all resources; the same in all accounts."
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
    condition     = !anytrue([for key in keys(var.tags) : startswith(key, "sallyport:") || startswith(key, "aws:")])
    error_message = "tags holds keys that are not yours to give: ${join(", ", [for key in keys(var.tags) : key if startswith(key, "sallyport:") || startswith(key, "aws:")])}. Choose others: `sallyport:` decides who reaches which host and is set by the modules, `aws:` is AWS's."
  }
}

variable "environment" {
  description = "`production` or `development`. Production needs two availability zones, an organization, a log archive in an account of its own and somebody who is told of alarms."
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
  description = "AWS region of the workload; the policy's Bedrock region must be the same."
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
    error_message = "account_id must be the 12 digits of an AWS account, in quotes so that leading zeros stay."
  }
}

variable "org_id" {
  description = "Id of the AWS organization; null where there is none, which only development may have."
  type        = string
  default     = null

  validation {
    condition     = var.org_id == null ? true : can(regex("^o-[a-z0-9]{10,32}$", var.org_id))
    error_message = "org_id must be the id of an organization, for example o-a1b2c3d4e5."
  }

  validation {
    condition     = var.environment != "production" || var.org_id != null
    error_message = "In production org_id must be set: without it the endpoints cannot tell the organization's own principals from strangers, and no service control policy guards the log."
  }
}

variable "azs" {
  description = "Names of one to three availability zones of the region."
  type        = list(string)

  validation {
    condition     = length(var.azs) >= 1 && length(var.azs) <= 3 && length(distinct(var.azs)) == length(var.azs)
    error_message = "azs must name one to three different availability zones, and names ${join(", ", var.azs)} (${length(var.azs)})."
  }

  validation {
    condition     = var.environment != "production" || length(var.azs) >= 2
    error_message = "In production azs must name at least two availability zones: with one, its failure stops every session. It names ${join(", ", var.azs)}: add another, for example azs = [\"${var.region}a\", \"${var.region}b\"], or set environment to development for a trial in one."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the VPC, private ones, /16 to /22."
  type        = string
  default     = "10.64.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr))
    error_message = "vpc_cidr must be an IPv4 network, for example 10.64.0.0/16."
  }

  # Two networks overlap exactly if they are the same network under the shorter of their two prefixes.
  validation {
    condition = alltrue([
      for other in var.peer_cidrs : try(
        cidrhost("${split("/", var.vpc_cidr)[0]}/${min(tonumber(split("/", var.vpc_cidr)[1]), tonumber(split("/", other)[1]))}", 0) !=
        cidrhost("${split("/", other)[0]}/${min(tonumber(split("/", var.vpc_cidr)[1]), tonumber(split("/", other)[1]))}", 0),
        false
      )
    ])
    error_message = "vpc_cidr (${var.vpc_cidr}) overlaps a network of peer_cidrs, or one of them is no network: choose addresses that none of them uses. They are: ${join(", ", var.peer_cidrs)}."
  }
}

variable "peer_cidrs" {
  description = "Networks that this VPC is or will be connected to."
  type        = list(string)
  default     = []
}

variable "peer_routes" {
  description = "Ways from the private subnets to networks of peer_cidrs, by network: the id of a transit gateway or of a peering connection. They lead past the firewall, so peer_routes_bypass_firewall has to say that this is meant."
  type        = map(string)
  default     = {}

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

variable "egress" {
  description = "`firewall`: hosts reach the policy's names through DNS Firewall, Network Firewall and NAT. `none`: they reach nothing but the VPC and its endpoints."
  type        = string
  default     = "firewall"

  validation {
    condition     = contains(["firewall", "none"], var.egress)
    error_message = "egress must be firewall or none: a NAT gateway without a firewall before it is not built."
  }
}

variable "extra_domains" {
  description = "Hosts outside that the deployment needs and the policy does not name, such as a mirror of packages."
  type = list(object({
    name          = string
    ports         = optional(list(number), [443])
    reason        = string
    accepted_risk = optional(string)
  }))
  default = []
}

variable "extra_endpoint_services" {
  description = "AWS services to reach by an interface endpoint beyond those that the components need."
  type        = set(string)
  default     = []
}

variable "components" {
  description = "Which parts are deployed. `workstation`: developer hosts. `gateway`: the central gateway to Bedrock. `ephemeral_session`: stacks/ephemeral-session is applied beside this stack. `control_plane`: the witness, and a database that no program of this release uses yet."
  type = object({
    workstation       = optional(bool, true)
    gateway           = optional(bool, true)
    ephemeral_session = optional(bool, false)
    control_plane     = optional(bool, false)
  })
  default = {}

  validation {
    condition     = !var.components.gateway || var.gateway != null
    error_message = "components.gateway is on, and gateway is null: give gateway its host name, certificate and image, or switch components.gateway off."
  }

  validation {
    condition     = !var.components.workstation || var.workstation != null
    error_message = "components.workstation is on, and workstation is null: give workstation its image and developers, or switch components.workstation off."
  }

  validation {
    condition     = !var.components.control_plane || var.control_plane != null
    error_message = "components.control_plane is on, and control_plane is null: give control_plane the witness and the logs that it cosigns, or switch components.control_plane off."
  }
}

variable "archive" {
  description = "Where the streams write: the output `archive` of stacks/log-archive, which is applied first."
  type = object({
    account_id          = string
    audit_bucket_arn    = string
    sessions_bucket_arn = string
    audit_key_arn       = string
    sessions_key_arn    = string
  })

  validation {
    condition     = try(can(regex("^[0-9]{12}$", var.archive.account_id)), false)
    error_message = "archive.account_id is ${try(var.archive.account_id, "missing")}, and must be 12 digits: archive is the output of stacks/log-archive, so make the log archive's account first and apply that stack in it."
  }

  validation {
    condition     = var.environment != "production" || try(var.archive.account_id != var.account_id, true)
    error_message = "archive is of ${try(var.archive.account_id, "no account")}, which is account_id itself. In production the log archive must be an account of its own: whoever administers the workload must not administer its log. Apply stacks/log-archive in another account."
  }
}

variable "trail" {
  description = "Where this account's trail writes: the output `trail` of stacks/log-archive."
  type        = object({ bucket_name = string, kms_key_arn = string })
}

variable "artifacts" {
  description = "An existing bucket with what hosts and tasks fetch. It is not trusted: package and client are pinned by their hash, the policy bundle by its signature; `trust_key` is the text of bundle-signing.pub."
  type = object({
    bucket         = string
    package_key    = string
    package_sha256 = string
    client_key     = string
    bundle_key     = string
    trust_key      = string
    kms_key_arn    = optional(string)
  })
}

variable "workstation" {
  description = "Developer hosts: image by id, type, disk, and one entry for each developer. `owner` is the user name of IAM Identity Center, `os_user` the account on the host."
  type = object({
    image_id          = string
    instance_type     = optional(string, "m7i.xlarge")
    root_volume_gb    = optional(number, 100)
    max_host_age_days = optional(number, 30)
    parameter_names   = optional(set(string), [])
    developers = map(object({
      owner         = string
      os_user       = string
      instance_type = optional(string)
    }))
  })
  default = null
}

variable "gateway" {
  description = "The central gateway: its host name, which is the policy's upstream, the certificate in ACM, and the image by digest; its limits, by the names of its options."
  type = object({
    hostname        = string
    certificate_arn = string
    image           = string
    cpu             = optional(number, 1024)
    memory_mib      = optional(number, 2048)
    architecture    = optional(string, "X86_64")
    limits          = optional(map(number), {})
  })
  default = null
}

variable "control_plane" {
  description = "The witness of audit logs, and a database, which no program of this release uses yet; null for `database` builds none. A witness beside the hosts shows that a log was put back; that somebody who holds this whole account did it, only one elsewhere shows."
  type = object({
    witness = object({
      name            = string
      hostname        = string
      certificate_arn = string
      image           = string
      logs            = list(string)
      architecture    = optional(string, "X86_64")
    })
    database = optional(object({
      engine_version = optional(string, "16")
      min_capacity   = optional(number, 0.5)
      max_capacity   = optional(number, 4)
      instances      = optional(number, 2)
    }))
  })
  default = null
}

variable "bedrock" {
  description = "Options of Bedrock: whether prompts and answers are logged as text, application inference profiles by name, a guardrail."
  type = object({
    log_text             = optional(bool, false)
    application_profiles = optional(map(string), {})
    guardrail = optional(object({
      prompt_attacks  = optional(string)
      pii_entities    = optional(list(string))
      blocked_input   = optional(string)
      blocked_outputs = optional(string)
      kms_key_arn     = optional(string)
    }))
  })
  default = {}
}

variable "kill_switch" {
  description = "Who approves that work goes on after a stop: ARNs of roles of another team than the one that starts `resume`. And for how long a stop leaves the way of the log open."
  type = object({
    approver_arns    = list(string)
    min_approvals    = optional(number, 1)
    delivery_seconds = optional(number, 180)
  })
}

variable "break_glass_user_arns" {
  description = "IAM users who may take the role for emergencies, each with a security key of their own."
  type        = list(string)
}

variable "alert_emails" {
  description = "Addresses that are told of alarms, and of whoever asks that work go on after a stop; each must confirm once for both topics."
  type        = list(string)
  default     = []
}

variable "alert_target_arns" {
  description = "SQS queues that are told the same: those of a pager or a SIEM."
  type        = list(string)
  default     = []
}

variable "heartbeat_minutes" {
  description = "Minutes without any audit record after which the alarm is raised."
  type        = number
  default     = 15
}

variable "log_retention_days" {
  description = "Days for which CloudWatch keeps logs that are not the audit log. The audit log and the recordings go to the locked buckets."
  type        = number
  default     = 365

  validation {
    condition     = contains([90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days must be 90, 120, 150, 180, 365, 400, 545 or 731: all log groups of the stack take these."
  }
}

variable "manage_account_defaults" {
  description = "Whether to set the account's defaults of this region: disks encrypted by our key, IMDSv2 alone. Off where another stack sets them."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Whether firewalls and keys are protected against deletion and change. Off only in development, before a destroy that is meant."
  type        = bool
  default     = true

  validation {
    condition     = var.deletion_protection || var.environment != "production"
    error_message = "deletion_protection may be false only where environment is development."
  }
}
