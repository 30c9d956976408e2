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

variable "environment" {
  description = "`production` or `development`. In production the gateway stands in at least two availability zones and its load balancer cannot be deleted by mistake."
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
  description = "AWS region in which the gateway runs and in which it calls Bedrock."
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
  description = "The VPC of the gateway."
  type        = string
}

variable "subnet_ids" {
  description = "Availability zone to subnet: where tasks, load balancer and file system stand. The subnets need no route out, only the VPC endpoints. One service with one writer stands in each."
  type        = map(string)

  validation {
    condition     = length(var.subnet_ids) >= 1 && length(var.subnet_ids) <= 3
    error_message = "subnet_ids must name a subnet for each of one to three availability zones."
  }

  validation {
    condition     = var.environment != "production" || length(var.subnet_ids) >= 2
    error_message = "subnet_ids names ${join(", ", keys(var.subnet_ids))} alone. In production the gateway needs subnets in at least two availability zones: without the gateway nobody reaches a model. Add a zone, or set environment to development."
  }
}

variable "client_security_group_ids" {
  description = "Security groups that may reach the gateway, by a name for each: those of the developer hosts."
  type        = map(string)
}

variable "endpoint_security_group_ids" {
  description = "Security groups of the interface endpoints that the gateway uses, by a name for each."
  type        = map(string)
}

variable "s3_prefix_list_id" {
  description = "Prefix list of the S3 gateway endpoint: layers of images and the policy bundle come from there."
  type        = string

  validation {
    condition     = startswith(var.s3_prefix_list_id, "pl-")
    error_message = "s3_prefix_list_id must be the id of a prefix list, pl-…; the module endpoints gives it."
  }
}

variable "hostname" {
  description = "Name under which hosts reach the gateway. It must be a name that the company owns, be on the certificate, and be the policy's upstream."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.){2,}[a-z]{2,}$", var.hostname))
    error_message = "hostname must be a full DNS name in lower case with at least three labels, for example gateway.agents.example.com."
  }
}

variable "certificate_arn" {
  description = "ARN of the ACM certificate for the host name, in the same region and account."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of a certificate in ACM, arn:aws:acm:REGION:ACCOUNT:certificate/ID."
  }
}

variable "image" {
  description = "Image of the gateway in ECR, by digest: ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY@sha256:…"
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9][a-z0-9._/-]*@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image must be in ECR and named by its digest (…@sha256:64 hex digits): a tag can be moved to another image by whoever may push."
  }
}

variable "bundle" {
  description = "The signed policy bundle: bucket and key in S3, and the public key of whoever signs it. The gateway pulls it when it starts and while it runs."
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

variable "allowed_role_arns" {
  description = "ARNs of the roles whose proof of identity the gateway takes: those of the developer hosts and of ephemeral sessions. Each is compared whole."
  type        = list(string)

  validation {
    condition     = length(var.allowed_role_arns) > 0
    error_message = "allowed_role_arns must name at least one role: a gateway that takes nobody's proof serves nobody."
  }

  validation {
    condition     = alltrue([for arn in var.allowed_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])
    error_message = "allowed_role_arns must be ARNs of IAM roles without wildcards, arn:aws:iam::ACCOUNT:role/NAME. Found: ${join(", ", [for arn in var.allowed_role_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn)))])}."
  }
}

variable "audit_stream_name" {
  description = "Name of the Firehose stream to which the gateway delivers its log."
  type        = string
}

variable "store" {
  description = "Where the gateway keeps a store of its log, under `logs/NAME-gateway-ACCOUNT/`: bucket and key of the archive; null for no store."
  type        = object({ bucket_arn = string, key_arn = string })
  default     = null

  validation {
    condition     = var.store == null ? true : can(regex("^arn:[a-z-]+:s3:::[a-z0-9-]+$", var.store.bucket_arn)) && can(regex("^arn:[a-z-]+:kms:", var.store.key_arn))
    error_message = "store must hold the ARNs of the audit bucket and of its key, as the output `archive` of stacks/log-archive has them."
  }
}

variable "kms_key_arns" {
  description = "Keys: `data` encrypts the file system with the log, `logs` the log groups."
  type = object({
    data = string
    logs = string
  })
}

variable "cpu" {
  description = "CPU units of a task, 1024 to a virtual CPU."
  type        = number
  default     = 1024

  validation {
    condition     = contains([512, 1024, 2048, 4096], var.cpu)
    error_message = "cpu must be 512, 1024, 2048 or 4096."
  }
}

variable "memory_mib" {
  description = "Memory of a task in MiB. Fargate takes certain values for each number of CPU units."
  type        = number
  default     = 2048

  validation {
    condition     = contains(lookup({ 512 = [1024, 2048, 3072, 4096], 1024 = range(2048, 8193, 1024), 2048 = range(4096, 16385, 1024), 4096 = range(8192, 30721, 1024) }, var.cpu, []), var.memory_mib)
    error_message = "memory_mib must be a value that Fargate takes for cpu: 1 to 4 GiB for 512, 2 to 8 for 1024, 4 to 16 for 2048, 8 to 30 for 4096, in whole GiB."
  }
}

variable "limits" {
  description = "Limits of a task by the name of the option of `sallyport gateway`: requests-per-minute, requests-at-once, hosts, connections, body-mib, host-body-mib. What is left out stays as the gateway has it: 600 requests in a minute and 64 at once of one host, 8192 hosts, 2048 connections, 512 MiB of bodies, 128 MiB of them for one host."
  type        = map(number)
  default     = {}

  validation {
    condition = alltrue([for name, count in var.limits : contains(["requests-per-minute", "requests-at-once", "hosts", "connections", "body-mib", "host-body-mib"], name) && count == floor(count) &&
      count >= lookup({ hosts = 16, connections = 16, body-mib = 64 }, name, 1) &&
      count <= lookup({ requests-per-minute = 100000, requests-at-once = 4096, hosts = 1000000 }, name, 65536)
    ])
    error_message = "limits takes whole numbers for requests-per-minute (1 to 100000), requests-at-once (1 to 4096), hosts (16 to 1000000), connections (16 to 65536), body-mib (64 to 65536) and host-body-mib (1 to 65536)."
  }

  validation {
    condition     = lookup(var.limits, "host-body-mib", 1) <= lookup(var.limits, "body-mib", 512)
    error_message = "limits: host-body-mib must not be more than body-mib, which is 512 where it is left out."
  }

  validation {
    # What is held is copied once on its way up.
    condition     = lookup(var.limits, "body-mib", 512) * 2 <= var.memory_mib
    error_message = "limits: body-mib (512 where it is left out) must be at most half of memory_mib, or the task is killed under load."
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
  description = "Days for which CloudWatch keeps what the gateway prints. The audit log goes elsewhere, by Firehose."
  type        = number
  default     = 90

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

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the roles; null for none."
  type        = string
  default     = null
}
