variable "name" {
  description = "Prefix of every name."
  type        = string
  default     = "sallyport"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "name must be 2 to 21 characters of a-z, 0-9 and -, beginning with a letter."
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
  description = "AWS region of the deployment."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the code of an AWS region, such as eu-central-1."
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

variable "role_names" {
  description = "Roles of this account that are denied everything at a stop: those of hosts, gateway, session tasks, and whatever starts sessions."
  type        = list(string)

  validation {
    condition     = length(var.role_names) > 0 && length(var.role_names) <= 30 && alltrue([for role in var.role_names : can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", role))])
    error_message = "role_names must hold 1 to 30 names of roles, not ARNs."
  }
}

variable "gateway" {
  description = "Cluster and services of the gateway. Null where it runs elsewhere."
  type = object({
    cluster_name  = string
    service_names = list(string)
    desired_count = optional(number, 1)
  })
  default = null

  validation {
    condition     = var.gateway == null ? true : length(var.gateway.service_names) > 0 && length(var.gateway.service_names) <= 6 && alltrue([for name in var.gateway.service_names : can(regex("^[A-Za-z0-9_-]{1,100}$", name))])
    error_message = "gateway must name 1 to 6 services, each in at most 100 characters, or be null: each is a step of a document, with its name."
  }
}

variable "session_cluster_name" {
  description = "Cluster whose tasks are sessions: all of them are stopped. Null where there is none."
  type        = string
  default     = null

  validation {
    condition     = var.session_cluster_name == null ? true : can(regex("^[A-Za-z0-9_-]{1,255}$", var.session_cluster_name))
    error_message = "session_cluster_name must be the name of a cluster, not its ARN, or null."
  }
}

variable "host_tag_key" {
  description = "Tag that every developer host has, and the group that makes it, whatever its value. None of these groups starts or ends a host after a stop, so that what there is stays as it is."
  type        = string
  default     = "sallyport:owner"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.:/=+@-]{1,128}$", var.host_tag_key)) && !startswith(lower(var.host_tag_key), "aws:")
    error_message = "host_tag_key must be the key of a tag of yours."
  }
}

variable "host_subnet_ids" {
  description = "Subnets in which hosts and sessions stand, and nothing else: a stop cuts them off."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.host_subnet_ids) <= 20 && alltrue([for id in var.host_subnet_ids : startswith(id, "subnet-")])
    error_message = "host_subnet_ids must be at most 20 ids of subnets (subnet-…): the policy of the role that cuts them off names each."
  }
}

variable "host_network_acl_id" {
  description = "Network ACL that these subnets have while work goes on."
  type        = string
  default     = null

  validation {
    condition     = var.host_network_acl_id == null ? true : startswith(var.host_network_acl_id, "acl-")
    error_message = "host_network_acl_id must be the id of a network ACL (acl-…), or null."
  }
}

variable "approver_arns" {
  description = "Who has to approve that work goes on: roles of the security team. Whoever starts `resume` is another team, so that it takes two people."
  type        = list(string)

  validation {
    condition     = length(var.approver_arns) > 0 && length(var.approver_arns) <= 10 && alltrue([for arn in var.approver_arns : can(regex("^arn:[a-z-]+:(iam::[0-9]{12}:(role|user)/|sts::[0-9]{12}:assumed-role/)[^*?]+$", arn))])
    error_message = "approver_arns must hold 1 to 10 whole ARNs of roles or users, without wildcards."
  }
}

variable "min_approvals" {
  description = "How many of them have to approve."
  type        = number
  default     = 1

  validation {
    condition     = var.min_approvals >= 1 && var.min_approvals <= 10 && floor(var.min_approvals) == var.min_approvals
    error_message = "min_approvals must be a whole number from 1 to 10."
  }
}

variable "alert_emails" {
  description = "Addresses that are told when somebody asks that work go on; each must confirm once."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "alert_emails must hold addresses of electronic mail. Found: ${join(", ", [for address in var.alert_emails : address if !(can(regex("^[^@ ]+@[^@ ]+$", address)))])}."
  }
}

variable "alert_target_arns" {
  description = "SQS queues that are told the same. The policy of each lets the topic `Automation-NAME-approvals` send."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.alert_target_arns : can(regex("^arn:[a-z-]+:sqs:", arn))])
    error_message = "alert_target_arns must hold ARNs of SQS queues. Found: ${join(", ", [for arn in var.alert_target_arns : arn if !(can(regex("^arn:[a-z-]+:sqs:", arn)))])}."
  }
}

variable "tags" {
  description = "Tags of every resource that takes tags."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:")])
    error_message = "tags must not begin with aws:, which AWS keeps for itself. Found: ${join(", ", [for key in keys(var.tags) : key if !(!startswith(lower(key), "aws:"))])}."
  }
}

variable "vpc_id" {
  description = "VPC of the hosts: isolated hosts get a security group without rules in it."
  type        = string

  validation {
    condition     = length(var.vpc_id) > 0
    error_message = "vpc_id must be the id of a VPC."
  }
}

variable "notification_key_arn" {
  description = "KMS key of the topic that tells the approvers, which the switch may use then. Null for none."
  type        = string
  default     = null

  validation {
    condition     = var.notification_key_arn == null ? true : can(regex("^arn:[a-z-]+:kms:", var.notification_key_arn))
    error_message = "notification_key_arn must be the ARN of a KMS key, or null."
  }
}

variable "delivery_seconds" {
  description = "How long a stop leaves the way of the log open, at most: until all tasks have stopped, and all of this time where there is a host. A session's task takes up to 150 seconds, 30 for the session and 120 for the guard that hands over what it holds. 0 cuts at once, and loses that."
  type        = number
  default     = 180

  validation {
    condition     = var.delivery_seconds >= 0 && var.delivery_seconds <= 540 && floor(var.delivery_seconds) == var.delivery_seconds
    error_message = "delivery_seconds must be a whole number from 0 to 540: a script of an automation ends after ten minutes."
  }
}

variable "evidence_cidrs" {
  description = "Networks of the interface endpoints that the log leaves by, that of Firehose above all. After a stop hosts and sessions reach nothing else, and that only until the log is handed over."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.evidence_cidrs) <= 20 && alltrue([for cidr in var.evidence_cidrs : try(tonumber(split("/", cidr)[1]) >= 16 && can(cidrnetmask(cidr)), false)])
    error_message = "evidence_cidrs must be at most 20 IPv4 networks of endpoints, each no wider than /16: a network ACL has 20 rows, and a wide one would leave a way out."
  }

  validation {
    condition     = length(var.host_subnet_ids) == 0 || length(var.evidence_cidrs) > 0
    error_message = "evidence_cidrs must name the networks of the endpoints where host_subnet_ids are cut off: without one, what guards still hold is lost."
  }
}
