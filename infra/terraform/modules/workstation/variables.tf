variable "name" {
  description = "Prefix of the names of all resources."
  type        = string
  default     = "sallyport"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "A name is 2 to 21 small letters, digits and hyphens, beginning with a letter: choose a shorter or plainer one."
  }
}

variable "environment" {
  description = "production or development. Hosts of production are protected against being ended by hand."
  type        = string
  default     = "production"

  validation {
    condition     = contains(["production", "development"], var.environment)
    error_message = "The environment is \"production\" or \"development\"."
  }
}

variable "partition" {
  description = "Partition of AWS that the account belongs to."
  type        = string
  default     = "aws"

  validation {
    condition     = contains(["aws", "aws-us-gov", "aws-cn"], var.partition)
    error_message = "The partition is \"aws\", \"aws-us-gov\" or \"aws-cn\"."
  }
}

variable "region" {
  description = "Region of the hosts."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Give the region by its code, such as \"eu-central-1\"."
  }
}

variable "account_id" {
  description = "Account of the hosts."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account; write it in quotes, so that leading zeros stay."
  }
}

variable "tags" {
  description = "Tags of all resources, beside those that the module sets itself."
  type        = map(string)
  default     = {}

  validation {
    condition     = !anytrue([for key in keys(var.tags) : startswith(key, "sallyport:") || startswith(key, "aws:")])
    error_message = "Tags that begin with \"sallyport:\" decide who reaches which host and are set by the module: name yours otherwise."
  }
}

variable "vpc_id" {
  description = "VPC of the hosts."
  type        = string

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id must be the id of a VPC, which begins with \"vpc-\"."
  }
}

variable "subnet_ids" {
  description = "Private subnets of the hosts, one for each zone: a host comes up again in another zone where its own is gone."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "subnet_ids is empty: give at least one private subnet."
  }
}

variable "endpoints_security_group_id" {
  description = "Security group of the interface endpoints."
  type        = string
}

variable "s3_prefix_list_id" {
  description = "Prefix list of the gateway endpoint of S3."
  type        = string
}

variable "gateway" {
  description = "Where the hosts send requests to models: the security group and the port of the central gateway's load balancer. Null where there is none."
  type = object({
    security_group_id = string
    port              = optional(number, 443)
  })
  default = null
}

variable "egress_ports" {
  description = "TCP ports on which commands may leave through the firewall, as policy-rules derives them from the policy. The firewall decides about names."
  type        = set(number)
  default     = [443]

  validation {
    condition     = alltrue([for port in var.egress_ports : port >= 1 && port <= 65535 && port == floor(port)])
    error_message = "egress_ports must be whole numbers from 1 to 65535. Found: ${join(", ", [for port in var.egress_ports : port if !(port >= 1 && port <= 65535 && port == floor(port))])}."
  }
  validation {
    condition     = length(setintersection(var.egress_ports, [53, 853])) == 0
    error_message = "egress_ports must hold neither 53 nor 853, which lead around the DNS firewall: names are looked up at the VPC's resolver alone. Take them out of the policy's `ports`."
  }
}

variable "image_id" {
  description = "Image of the hosts, by its id: Amazon Linux 2023, or Debian 12 or later with the SSM agent and the AWS command line. Raise it in a change of its own, so that what ran is known."
  type        = string

  validation {
    condition     = can(regex("^ami-([0-9a-f]{8}|[0-9a-f]{17})$", var.image_id))
    error_message = "image_id must be the id of an image, \"ami-\" and 17 digits; a name or \"most recent\" would change beneath you."
  }
}

variable "instance_type" {
  description = "Type of a host where the developer's entry names none. It must be of the Nitro system and of the architecture of the image and the package."
  type        = string
  default     = "m7i.xlarge"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", var.instance_type))
    error_message = "instance_type must be a family and a size, such as \"m7i.xlarge\"."
  }
}

variable "root_volume_gb" {
  description = "Size of a host's only disk, in GiB."
  type        = number
  default     = 100

  validation {
    condition     = var.root_volume_gb >= 20 && var.root_volume_gb <= 16384
    error_message = "root_volume_gb must be 20 to 16384 GiB: the disk holds the system, the log and the work."
  }
}

variable "root_device_name" {
  description = "Device of the image's root disk, so that the host has this one alone: /dev/xvda on Amazon Linux, as a rule, and on Debian."
  type        = string
  default     = "/dev/xvda"

  validation {
    condition     = can(regex("^/dev/(xvd|sd)[a-z][0-9]?$", var.root_device_name))
    error_message = "root_device_name must be the one that the image itself states, such as /dev/xvda."
  }
}

variable "developers" {
  description = "One host for each: `owner` is the user name of IAM Identity Center, which the tag of the host carries; `os_user` the account on the host, which the tag SSMSessionRunAs of the session carries."
  type = map(object({
    owner         = string
    os_user       = string
    instance_type = optional(string)
  }))

  validation {
    condition     = alltrue([for key in keys(var.developers) : can(regex("^[a-z][a-z0-9-]{0,30}$", key))])
    error_message = "The keys of developers become part of names: 1 to 31 small letters, digits and hyphens, beginning with a letter. Found: ${join(", ", [for key in keys(var.developers) : key if !(can(regex("^[a-z][a-z0-9-]{0,30}$", key)))])}."
  }
  validation {
    condition     = alltrue([for one in values(var.developers) : can(regex("^[a-z_][a-z0-9_-]{0,30}$", one.os_user))])
    error_message = "os_user of each of developers must be 1 to 31 small letters, digits, hyphens and underscores. Found: ${join(", ", [for one in values(var.developers) : one.os_user if !(can(regex("^[a-z_][a-z0-9_-]{0,30}$", one.os_user)))])}."
  }
  validation {
    condition = alltrue([
      for one in values(var.developers) :
      !contains(["root", "admin", "ec2-user", "debian", "ubuntu", "ssm-user", "sallyport", "daemon", "bin", "nobody", "systemd-network"], one.os_user)
    ])
    error_message = "os_user of each of developers must be an account of a person: those of the system, of the image and of Sallyport itself are refused. Given: ${join(", ", [for one in values(var.developers) : one.os_user])}."
  }
  validation {
    condition     = alltrue([for one in values(var.developers) : can(regex("^[\\w+=,.@-]{1,128}$", one.owner))])
    error_message = "owner of each of developers must be a user name of IAM Identity Center: letters, digits and + = , . @ - _. Found: ${join(", ", [for one in values(var.developers) : one.owner if !(can(regex("^[\\w+=,.@-]{1,128}$", one.owner)))])}."
  }
  validation {
    condition     = length(distinct([for one in values(var.developers) : one.owner])) == length(var.developers)
    error_message = "developers must have different owners: each stands in one entry only, for one developer has one host. Owners: ${join(", ", sort([for one in values(var.developers) : one.owner]))}."
  }
}

variable "max_host_age_days" {
  description = "Days after which a host is replaced by a fresh one. Work that was not pushed is lost with it."
  type        = number
  default     = 30

  validation {
    condition     = var.max_host_age_days >= 1 && var.max_host_age_days <= 365 && var.max_host_age_days == floor(var.max_host_age_days)
    error_message = "max_host_age_days must be 1 to 365 whole days."
  }
}

variable "kms_key_arns" {
  description = "Keys: `data` for disks, `sessions` for Session Manager and its recording, `logs` for other log groups. The policy of `data` must let the service-linked role of Auto Scaling use it."
  type = object({
    data     = string
    sessions = string
    logs     = string
  })
}

variable "audit_stream_name" {
  description = "Firehose stream that the hosts' log goes to, in this account and region."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.audit_stream_name))
    error_message = "audit_stream_name must be 1 to 64 letters, digits and . _ -, as the module audit-streams gives it."
  }
}

variable "store" {
  description = "Where the hosts keep stores of their logs, each under `logs/` and its own `aws:userid`: bucket and key of the archive; null for no store."
  type        = object({ bucket_arn = string, key_arn = string })
  default     = null

  validation {
    condition     = var.store == null ? true : can(regex("^arn:[a-z-]+:s3:::[a-z0-9-]+$", var.store.bucket_arn)) && can(regex("^arn:[a-z-]+:kms:", var.store.key_arn))
    error_message = "store must hold the ARNs of the audit bucket and of its key, as the output `archive` of stacks/log-archive has them."
  }
}

variable "artifacts" {
  description = "What a host fetches when it starts. The bucket is not trusted: package and client are pinned by their hash, the policy bundle by its signature (`trust_key` is the text of the public key)."
  type = object({
    bucket         = string
    package_key    = string
    package_sha256 = string
    client_key     = string
    bundle_key     = string
    trust_key      = string
    kms_key_arn    = optional(string)
  })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.artifacts.bucket))
    error_message = "artifacts.bucket is ${var.artifacts.bucket}, and must be the name of a bucket, without s3://."
  }
  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.artifacts.package_sha256))
    error_message = "artifacts.package_sha256 is ${var.artifacts.package_sha256}, and must be the SHA-256 that scripts/package-host.ts prints: 64 small hexadecimal digits."
  }
  validation {
    condition = alltrue([
      for key in [var.artifacts.package_key, var.artifacts.client_key, var.artifacts.bundle_key] : can(regex("^[A-Za-z0-9][A-Za-z0-9._/@+-]{0,511}$", key))
    ])
    error_message = "artifacts must have keys of objects of letters, digits and . _ / @ + -, without a slash in front. Given: ${var.artifacts.package_key}, ${var.artifacts.client_key}, ${var.artifacts.bundle_key}."
  }
  validation {
    condition     = can(regex("^[A-Za-z0-9+/=. :_-]+(\\n[A-Za-z0-9+/=. :_-]+)*\\n?$", var.artifacts.trust_key)) && !strcontains(var.artifacts.trust_key, "PRIVATE")
    error_message = "artifacts.trust_key is the text of bundle-signing.pub, and never that of a private key."
  }
}

variable "session_document" {
  description = "Session document of the policy, policy.session.document: JSON in which log group and key are empty."
  type        = string

  validation {
    condition     = try(jsondecode(var.session_document).sessionType == "Standard_Stream" && jsondecode(var.session_document).inputs.runAsEnabled == true && jsondecode(var.session_document).inputs.cloudWatchStreamingEnabled == true, false)
    error_message = "session_document must stream to CloudWatch Logs and run as the developer's own account: take policy.session.document as `sallyport policy compile --target terraform` writes it."
  }
}

variable "parameter_names" {
  description = "Parameters of Systems Manager that the hosts may read, by full name. Everyone who is root on a host reads them too."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.parameter_names : can(regex("^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", name))])
    error_message = "parameter_names must name each parameter in full, from its first slash, without wildcards. Found: ${join(", ", [for name in var.parameter_names : name if !(can(regex("^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", name)))])}."
  }
}

variable "log_retention_days" {
  description = "Days for which CloudWatch Logs keeps what the hosts write. The recording of sessions also goes to its locked bucket."
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number that CloudWatch Logs takes: 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the hosts' role; null for none."
  type        = string
  default     = null
}

variable "manage_account_defaults" {
  description = "Whether to set the account's defaults of this region: disks encrypted, by our key, and IMDSv2 alone for instances that others start. Off where another stack sets them."
  type        = bool
  default     = true
}

variable "manage_account_session_document" {
  description = "Whether to set the account's own preferences of Session Manager, the document SSM-SessionManagerRunShell, to the same content. It exists in an account whose preferences were ever saved: import it first."
  type        = bool
  default     = false
}
