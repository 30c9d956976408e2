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

variable "vpc_id" {
  description = "The VPC of the sessions."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the sessions, whose way out leads through the firewall."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 1
    error_message = "subnet_ids must name at least one private subnet."
  }
}

variable "egress_security_group_ids" {
  description = "Security groups that sessions reach on port 443, by a name for each: those of the interface endpoints and of the gateway's load balancer."
  type        = map(string)
}

variable "s3_prefix_list_id" {
  description = "Prefix list of the S3 gateway endpoint: layers of the image and the policy bundle come from there."
  type        = string

  validation {
    condition     = startswith(var.s3_prefix_list_id, "pl-")
    error_message = "s3_prefix_list_id must be the id of a prefix list, pl-…; the module endpoints gives it."
  }
}

variable "egress_ports" {
  description = "TCP ports on which commands may leave through the firewall, as policy-rules derives them from the policy. The firewall decides about names."
  type        = set(number)
  default     = [443]

  validation {
    condition     = length(setintersection(var.egress_ports, [53, 853])) == 0
    error_message = "egress_ports must not hold 53 or 853: names are looked up at the VPC's resolver alone, where the DNS firewall stands."
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

variable "audit_stream_name" {
  description = "Name of the Firehose stream to which the guard delivers its log."
  type        = string
}

variable "sessions_stream_name" {
  description = "Name of the Firehose stream that recordings of sessions go to."
  type        = string
}

variable "kms_key_arns" {
  description = "Keys: `sessions` encrypts ECS Exec and its recording, `logs` the log group of what the containers print."
  type = object({
    sessions = string
    logs     = string
  })
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

variable "max_minutes" {
  description = "Minutes after which a session is ended, by itself and, if it does not, from outside. As the policy says."
  type        = number

  validation {
    condition     = var.max_minutes >= 5 && var.max_minutes <= 1440
    error_message = "max_minutes must be 5 minutes to 24 hours; the policy's session.max_duration_minutes gives it."
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

variable "alarm_topic_arns" {
  description = "SNS topics that alarms are sent to."
  type        = list(string)
  default     = []
}

variable "permissions_boundary_arns" {
  description = "Permissions boundaries of the roles: `host` of sessions and of what starts them, `service` of those that AWS services take; null for none."
  type = object({
    host    = optional(string)
    service = optional(string)
  })
  default = {}
}
