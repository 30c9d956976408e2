variable "policy" {
  description = "What `sallyport policy compile --target terraform` writes to sallyport.auto.tfvars.json: the same file as the workload stack's."
  type = object({
    format          = number
    provider        = string
    region          = string
    models          = object({ allow = list(string), deny = list(string) })
    allowed_domains = list(object({ name = string, ports = list(number) }))
    upstream        = object({ name = string, port = number })
  })

  validation {
    condition     = var.policy.format == 1
    error_message = "policy.format is ${var.policy.format}, and these modules take 1: compile the policy with the release of Sallyport that the modules come from."
  }

  validation {
    condition     = var.policy.provider == "bedrock"
    error_message = "policy.provider is ${var.policy.provider}, and ephemeral sessions reach models through the central gateway, which is for Bedrock alone: set `providers.use: bedrock` in the policy."
  }
}

variable "session_policy" {
  description = "What the same command writes for the policy in `bundle`. Sessions stand in the network that `policy` builds and ask its gateway, so they may have what it has, or less."
  type = object({
    format          = number
    shape           = string
    provider        = string
    region          = string
    models          = object({ allow = list(string), deny = list(string) })
    allowed_domains = list(object({ name = string, ports = list(number) }))
    upstream        = object({ name = string, port = number })
    session         = object({ max_minutes = number, idle_minutes = number })
  })

  validation {
    condition     = var.session_policy.format == 1
    error_message = "session_policy.format is ${var.session_policy.format}, and these modules take 1: compile the policy of the sessions with the release of Sallyport that the modules come from."
  }

  validation {
    condition     = var.session_policy.shape == "container"
    error_message = "session_policy.shape is ${var.session_policy.shape}, and a session is a task: set `shape: container` in the policy of the sessions, or give the values of that policy and not those of the hosts."
  }

  validation {
    condition     = var.session_policy.session.max_minutes >= 5 && var.session_policy.session.max_minutes <= 480
    error_message = "session_policy.session.max_minutes is ${var.session_policy.session.max_minutes}, and an ephemeral session lasts from 5 minutes to 8 hours: set `session.max_duration_minutes` of its policy to 480 or less."
  }

  validation {
    condition = alltrue([
      for domain in var.session_policy.allowed_domains : anytrue([
        for listed in var.policy.allowed_domains :
        (listed.name == domain.name || (startswith(listed.name, "*.") && endswith(domain.name, trimprefix(listed.name, "*")))) &&
        length(setsubtract(domain.ports, listed.ports)) == 0
      ])
    ])
    error_message = "session_policy names hosts or ports that the network of policy does not let through: ${join(", ", [
      for domain in var.session_policy.allowed_domains : "${domain.name} (${join(", ", domain.ports)})" if !anytrue([
        for listed in var.policy.allowed_domains :
        (listed.name == domain.name || (startswith(listed.name, "*.") && endswith(domain.name, trimprefix(listed.name, "*")))) &&
        length(setsubtract(domain.ports, listed.ports)) == 0
      ])
    ])}. Write them under `egress.hosts` of both policies, or take them out of the sessions', and compile both again."
  }

  validation {
    condition = length(var.policy.models.allow) == 0 || (length(var.session_policy.models.allow) > 0 && alltrue([
      for pattern in var.session_policy.models.allow : anytrue([
        for listed in var.policy.models.allow : can(regex("^${replace(replace(listed, ".", "\\."), "*", ".*")}$", pattern))
      ])
    ]))
    error_message = "session_policy.models.allow (${join(", ", var.session_policy.models.allow)}) holds more than policy.models.allow (${join(", ", var.policy.models.allow)}), which the gateway refuses: write the same `models` in both policies, and compile both again."
  }

  validation {
    condition     = length(setsubtract(var.policy.models.deny, var.session_policy.models.deny)) == 0
    error_message = "session_policy.models.deny lacks what the gateway refuses: ${join(", ", setsubtract(var.policy.models.deny, var.session_policy.models.deny))}. Write the same `models` in both policies, and compile both again."
  }

  validation {
    condition = (
      var.session_policy.provider == var.policy.provider && var.session_policy.region == var.policy.region &&
      var.session_policy.upstream == var.policy.upstream
    )
    error_message = "session_policy sends model requests to ${try("${var.session_policy.upstream.name}:${var.session_policy.upstream.port}", "no gateway")} (${var.session_policy.provider}, ${var.session_policy.region}), and policy to ${try("${var.policy.upstream.name}:${var.policy.upstream.port}", "no gateway")} (${var.policy.provider}, ${var.policy.region}), where the gateway is: write the same `providers` in both policies, and compile both again."
  }
}

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
  description = "AWS region of the sessions."
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

variable "workload" {
  description = "Where sessions stand and what they reach: the output `workload` of stacks/workload, which is applied first with `components.ephemeral_session = true`."
  type = object({
    vpc_id                   = string
    subnet_ids               = list(string)
    s3_prefix_list_id        = string
    endpoints_security_group = string
    gateway_security_group   = string
    egress_ports             = set(number)
    audit_stream_name        = string
    sessions_stream_name     = string
    sessions_key_arn         = string
    logs_key_arn             = string
    alarm_topic_arn          = string
    permissions_boundary_arns = object({
      host    = string
      service = string
    })
  })

  validation {
    condition     = var.workload.gateway_security_group != null
    error_message = "workload.gateway_security_group is null: a session without the central gateway reaches no model. Apply stacks/workload with components.gateway = true."
  }
}

variable "image" {
  description = "Image of sessions in ECR, by digest: ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY@sha256:…"
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9][a-z0-9._/-]*@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image must be in ECR and named by its digest (…@sha256:64 hex digits): a tag can be moved to another image by whoever may push."
  }
}

variable "bundle" {
  description = "The signed policy bundle: bucket and key in S3, and the public key of whoever signs it. The guard pulls it when the task starts."
  type = object({
    bucket     = string
    key        = string
    public_key = string
    # The key that encrypts the bucket; null where S3's own does.
    kms_key_arn = optional(string)
  })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bundle.bucket)) && length(var.bundle.key) > 0 && !startswith(var.bundle.key, "/")
    error_message = "bundle must name a bucket and the key of an object in it, without a leading slash. Found: bucket ${var.bundle.bucket}, key ${var.bundle.key}."
  }

  validation {
    condition     = strcontains(var.bundle.public_key, "-----BEGIN PUBLIC KEY-----") && !strcontains(var.bundle.public_key, "PRIVATE")
    error_message = "bundle.public_key must be the text of bundle-signing.pub, in PEM, and never that of a private key."
  }
}

variable "developers" {
  description = "Who may start sessions: `owner` is the value of the tag `sallyport:owner` that the developer's own session of Identity Center carries."
  type        = map(object({ owner = string }))

  validation {
    condition     = alltrue([for key in keys(var.developers) : can(regex("^[a-z][a-z0-9-]{0,30}$", key))])
    error_message = "The keys of developers become part of names: 1 to 31 lower-case letters, digits and hyphens, beginning with a letter. Found: ${join(", ", [for key in keys(var.developers) : key if !(can(regex("^[a-z][a-z0-9-]{0,30}$", key)))])}."
  }

  validation {
    condition     = length(distinct([for developer in values(var.developers) : developer.owner])) == length(var.developers)
    error_message = "developers must have different owners: whoever has the tag of another reaches that one's sessions. Owners: ${join(", ", sort([for one in values(var.developers) : one.owner]))}."
  }

  validation {
    condition     = alltrue([for developer in values(var.developers) : can(regex("^[A-Za-z0-9+=,.@_-]{1,128}$", developer.owner))])
    error_message = "owner of each of developers must be 1 to 128 letters, digits and + = , . @ _ -, as the user name of Identity Center has them. Found: ${join(", ", [for developer in values(var.developers) : developer.owner if !(can(regex("^[A-Za-z0-9+=,.@_-]{1,128}$", developer.owner)))])}."
  }
}

variable "detached_minutes" {
  description = "Minutes without anyone attached after which a session ends."
  type        = number
  default     = 15

  validation {
    condition     = var.detached_minutes >= 1 && var.detached_minutes <= 120
    error_message = "detached_minutes must be 1 to 120."
  }
}

variable "cpu" {
  description = "CPU units of a session, 1024 to a virtual CPU."
  type        = number
  default     = 2048

  validation {
    condition     = contains([1024, 2048, 4096, 8192], var.cpu)
    error_message = "cpu must be 1024, 2048, 4096 or 8192."
  }
}

variable "memory_mib" {
  description = "Memory of a session in MiB. Fargate takes certain values for each number of CPU units."
  type        = number
  default     = 8192

  validation {
    condition     = contains(lookup({ 1024 = range(2048, 8193, 1024), 2048 = range(4096, 16385, 1024), 4096 = range(8192, 30721, 1024), 8192 = range(16384, 61441, 4096) }, var.cpu, []), var.memory_mib)
    error_message = "memory_mib must be a value that Fargate takes for cpu: 2 to 8 GiB for 1024, 4 to 16 for 2048, 8 to 30 for 4096, 16 to 60 in steps of 4 for 8192."
  }
}

variable "storage_gib" {
  description = "Disk of a session in GiB: work, log and what is installed. It is gone with the session."
  type        = number
  default     = 50

  validation {
    condition     = var.storage_gib >= 21 && var.storage_gib <= 200
    error_message = "storage_gib must be 21 to 200; Fargate takes no other."
  }
}

variable "architecture" {
  description = "Processor of the image: X86_64 or ARM64."
  type        = string
  default     = "X86_64"

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "architecture must be X86_64 or ARM64."
  }
}

variable "log_retention_days" {
  description = "Days for which CloudWatch keeps what sessions show and print. The recording also goes to its locked bucket, by Firehose."
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days must be 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731: CloudWatch takes no other."
  }
}
