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
  description = "`production` or `development`. In production the database stands in at least two availability zones."
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
  description = "AWS region."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the id of a region, for example eu-central-1."
  }
}

variable "account_id" {
  description = "Id of the account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account."
  }
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Availability zone to subnet: where the load balancer and the witness stand. No route out is needed."
  type        = map(string)

  validation {
    condition     = length(var.subnet_ids) >= 1 && length(var.subnet_ids) <= 3
    error_message = "subnet_ids must name a subnet for each of one to three availability zones."
  }
}

variable "witness" {
  description = "The witness of audit logs: its name for all time, the host name and certificate of its load balancer, the image by digest, and the verifier keys of the logs that it cosigns."
  type = object({
    name            = string
    hostname        = string
    certificate_arn = string
    image           = string
    logs            = list(string)
    architecture    = optional(string, "X86_64")
  })

  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9][a-z0-9._/-]*@sha256:[0-9a-f]{64}$", var.witness.image))
    error_message = "witness.image is ${var.witness.image}, and must be in ECR and named by its digest (…@sha256:64 hex digits)."
  }

  validation {
    condition     = length(var.witness.logs) > 0
    error_message = "witness.logs must hold at least one verifier key, as log.vkey of a host's audit folder has it: a witness of nothing does not start."
  }

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$", var.witness.certificate_arn))
    error_message = "witness.certificate_arn is ${var.witness.certificate_arn}, and must be the ARN of a certificate in ACM."
  }

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.){2,}[a-z]{2,}$", var.witness.hostname))
    error_message = "witness.hostname is ${var.witness.hostname}, and must be a full DNS name in lower case, for example witness.agents.example.com."
  }
}

variable "client_security_group_ids" {
  description = "Security groups whose machines may reach the witness, by a name for each."
  type        = map(string)
}

variable "endpoint_security_group_ids" {
  description = "Security groups of the interface endpoints that ECS uses for the witness, by a name for each."
  type        = map(string)
}

variable "s3_prefix_list_id" {
  description = "Prefix list of the S3 gateway endpoint: layers of images come from there."
  type        = string

  validation {
    condition     = startswith(var.s3_prefix_list_id, "pl-")
    error_message = "s3_prefix_list_id must be the id of a prefix list, pl-…; the module endpoints gives it."
  }
}

variable "kms_key_arns" {
  description = "Keys: `data` encrypts the database, its secret and the witness's file system, `logs` the log groups."
  type = object({
    data = string
    logs = string
  })
}

variable "database" {
  description = "Aurora PostgreSQL; null for none. No program of this release uses it: build it only to have its place, rights and backups reviewed beforehand."
  type = object({
    # Availability zone to subnet; subnets without a default route.
    subnet_ids = map(string)
    # A major version: RDS makes its default minor version. A minor one can be made for about a year.
    engine_version = optional(string, "16")
    # Aurora capacity units.
    min_capacity = optional(number, 0.5)
    max_capacity = optional(number, 4)
    instances    = optional(number, 2)
  })
  default = null

  validation {
    condition     = var.database == null || try(length(var.database.subnet_ids) >= 2, false)
    error_message = "database.subnet_ids must name subnets in at least two availability zones: Aurora takes no fewer."
  }

  validation {
    condition     = var.database == null || try(can(regex("^[0-9]{2}(\\.[0-9]+)?$", var.database.engine_version)), false)
    error_message = "database.engine_version is ${try(var.database.engine_version, "missing")}, and must be a major version of PostgreSQL, such as 16, or one of its minor versions that RDS still makes: aws rds describe-db-engine-versions --engine aurora-postgresql."
  }

  validation {
    condition     = var.database == null || var.environment != "production" || try(var.database.instances >= 2, false)
    error_message = "In production the database needs at least two instances, so that the loss of a zone is not the loss of the database."
  }

  validation {
    condition     = var.database == null || try(var.database.min_capacity >= 0.5 && var.database.max_capacity >= var.database.min_capacity && var.database.max_capacity <= 256, false)
    error_message = "database.min_capacity must be at least 0.5 and database.max_capacity between it and 256 Aurora capacity units."
  }
}

variable "backup_retention_days" {
  description = "Days for which backups of the database are kept."
  type        = number
  default     = 35

  validation {
    condition     = var.backup_retention_days >= 7 && var.backup_retention_days <= 35
    error_message = "backup_retention_days must be 7 to 35; RDS keeps automatic backups no longer."
  }
}

variable "log_retention_days" {
  description = "Days for which CloudWatch keeps what the witness and the database print."
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
