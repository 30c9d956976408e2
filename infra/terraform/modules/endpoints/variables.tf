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

variable "org_id" {
  description = "Id of the AWS organization. Null where there is none: then the account alone is the perimeter."
  type        = string
  default     = null

  validation {
    condition     = var.org_id == null ? true : can(regex("^o-[a-z0-9]{10,32}$", var.org_id))
    error_message = "org_id must be the id of an organization, o- and 10 to 32 letters and digits, or null."
  }

  validation {
    condition     = var.org_id != null || var.environment != "production"
    error_message = "In production org_id must be given: the perimeter of the endpoints is the organization. `aws organizations describe-organization` shows it."
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

variable "services" {
  description = "AWS services to reach by an interface endpoint, as the module policy-rules gives them: the last part of com.amazonaws.REGION.SERVICE."
  type        = set(string)

  validation {
    condition     = length(setsubtract(var.services, module.services.known)) == 0
    error_message = "services holds a name that is not in the list of this module (services/main.tf). A misspelt one would be found only by AWS; S3 is a gateway endpoint and always there; bedrock-mantle is left out on purpose, for it reaches models of other vendors."
  }

  validation {
    condition     = !contains(var.services, "bedrock-runtime") || length(var.bedrock_client_security_group_ids) > 0
    error_message = "services holds bedrock-runtime, but bedrock_client_security_group_ids is empty: nobody could use the endpoint. Give the security group of the gateway's tasks."
  }
}

variable "subnet_ids" {
  description = "Availability zone to the id of its endpoint subnet."
  type        = map(string)

  validation {
    condition     = length(var.subnet_ids) >= 1 && length(var.subnet_ids) <= 3
    error_message = "subnet_ids must name an endpoint subnet for each of one to three availability zones."
  }
}

variable "route_table_ids" {
  description = "Route tables that get the route to S3, by a name for each: those of the private and of the endpoint subnets."
  type        = map(string)

  validation {
    condition     = length(var.route_table_ids) > 0
    error_message = "route_table_ids is empty: S3 would be reached over NAT, past the policy of its endpoint."
  }
}

variable "client_security_group_ids" {
  description = "Security groups that may use the interface endpoints, by a name for each. bedrock-runtime is not among what they reach."
  type        = map(string)

  validation {
    condition     = length(var.client_security_group_ids) > 0
    error_message = "client_security_group_ids is empty: nobody could use the endpoints. Give the security groups of hosts and gateway."
  }
}

variable "bedrock_client_security_group_ids" {
  description = "Security groups that may use the endpoint of bedrock-runtime, by a name for each: the gateway's tasks alone."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.bedrock_client_security_group_ids) <= 2
    error_message = "bedrock_client_security_group_ids may hold at most two groups: the gateway is the only one that calls Bedrock, and a second is for the time of its replacement."
  }
}

variable "bedrock_perimeter" {
  description = "Policy of the endpoint of bedrock-runtime, as the module policy-rules gives it (bedrock.perimeter)."
  type        = string
  default     = null

  validation {
    condition     = var.bedrock_perimeter == null ? !contains(var.services, "bedrock-runtime") : can(jsondecode(var.bedrock_perimeter).Statement)
    error_message = "bedrock_perimeter must be a policy document in JSON where services holds bedrock-runtime; the module policy-rules gives it."
  }
}

variable "bedrock_principal_arns" {
  description = "ARNs of the roles that may run models through the endpoint: the gateway's task role. Anyone else is denied, whatever his own role says."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.bedrock_principal_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])
    error_message = "bedrock_principal_arns must be ARNs of roles without wildcards, arn:aws:iam::ACCOUNT:role/NAME. Found: ${join(", ", [for arn in var.bedrock_principal_arns : arn if !(can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn)))])}."
  }

  validation {
    condition     = !contains(var.services, "bedrock-runtime") || length(var.bedrock_principal_arns) > 0
    error_message = "bedrock_principal_arns is empty, but services holds bedrock-runtime: name the gateway's task role, or any role of the organization could run models through the endpoint."
  }
}

variable "aws_owned_buckets" {
  description = "Buckets that AWS owns and that may be read through the S3 endpoint without being of the organization, and why: packages, agents, layers of images. `{region}` stands for the region."
  type        = map(string)
  default = {
    "al2023-repos-{region}-de612dc2"      = "packages of Amazon Linux 2023"
    "amazon-ssm-{region}"                 = "releases of the SSM agent"
    "amazon-ssm-packages-{region}"        = "packages of the SSM agent"
    "amazoncloudwatch-agent-{region}"     = "releases of the CloudWatch agent"
    "aws-ssm-{region}"                    = "modules that the SSM agent runs"
    "prod-{region}-starport-layer-bucket" = "layers of images in ECR"
  }

  validation {
    condition     = alltrue([for bucket in keys(var.aws_owned_buckets) : can(regex("^[a-z0-9][a-z0-9.{}-]{2,62}$", bucket)) && strcontains(bucket, "{region}")])
    error_message = "aws_owned_buckets must be names of buckets with {region} in them and without wildcards: a name that anybody can take would be a way out. Found: ${join(", ", [for bucket in keys(var.aws_owned_buckets) : bucket if !(can(regex("^[a-z0-9][a-z0-9.{}-]{2,62}$", bucket)) && strcontains(bucket, "{region}"))])}."
  }
}
