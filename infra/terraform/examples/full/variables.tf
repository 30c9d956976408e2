variable "policy" {
  description = "From sallyport.auto.tfvars.json, which `sallyport policy compile policy.yaml --target terraform` writes."
  type        = any
}

variable "name" {
  description = "Prefix of the names of all resources."
  type        = string
  default     = "sallyport"
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}

variable "accounts" {
  description = "Ids of the three accounts. They exist, and belong to the organization."
  type = object({
    workload    = string
    log_archive = string
    management  = string
  })

  validation {
    condition     = length(distinct(values(var.accounts))) == 3
    error_message = "accounts must be three different accounts, and is ${join(", ", [for key, id in var.accounts : "${key} ${id}"])}: whoever administers hosts must administer neither their log nor the organization."
  }

  validation {
    condition     = alltrue([for id in values(var.accounts) : can(regex("^[0-9]{12}$", id))])
    error_message = "accounts must be three ids of 12 digits, and ${join(" and ", [for key, id in var.accounts : key if !can(regex("^[0-9]{12}$", id))])} is not one. The log archive must be an account of its own; examples/minimal does without."
  }
}

variable "deployment_role_name" {
  description = "Role in each account with which this is applied."
  type        = string
}

variable "region" {
  description = "Region of workload and log archive; the policy's Bedrock region must be the same."
  type        = string
}

variable "replica_region" {
  description = "Another region, for copies of the log."
  type        = string
}

variable "azs" {
  description = "Two or three availability zones of the region."
  type        = list(string)
}

variable "vpc_cidr" {
  description = "Addresses of the VPC; /16 to /22, and none that a connected network uses."
  type        = string
  default     = "10.64.0.0/16"
}

variable "peer_cidrs" {
  description = "Networks that the VPC is or will be connected to."
  type        = list(string)
  default     = []
}

variable "organization" {
  description = "The organization, its Identity Center, what the service control policies are attached to, and which group gets which permission set where."
  type = object({
    id               = string
    sso_instance_arn = string
    scp_targets      = object({ workload = list(string), archive = list(string) })
    assignments = list(object({
      permission_set = string
      group_id       = string
      account_id     = string
    }))
  })
}

variable "acknowledge_compliance_lock" {
  description = "Says that the log is to be kept in COMPLIANCE mode for the policy's years. Nobody can undo that, AWS neither."
  type        = bool
}

variable "artifacts" {
  description = "Bucket with package, client and signed policy bundles, and the public key of whoever signs these. `session_bundle_key` is the bundle of ephemeral sessions."
  type = object({
    bucket             = string
    package_key        = string
    package_sha256     = string
    client_key         = string
    bundle_key         = string
    session_bundle_key = string
    trust_key          = string
    kms_key_arn        = optional(string)
  })
}

variable "images" {
  description = "Images in ECR by digest: the gateway's, which the witness runs on too, and that of ephemeral sessions."
  type        = object({ gateway = string, session = string })
}

variable "certificate_arns" {
  description = "Certificates in ACM for the names of gateway and witness."
  type        = object({ gateway = string, witness = string })
}

variable "witness" {
  description = "Name and host name of the witness, and the verifier keys of the logs that it cosigns, as `log.vkey` of each host has them."
  type        = object({ name = string, hostname = string, logs = list(string) })
}

variable "host_image_id" {
  description = "AMI of developer hosts."
  type        = string
}

variable "developers" {
  description = "One entry for each developer: `owner` is the user name of Identity Center, `os_user` the account on the host."
  type        = map(object({ owner = string, os_user = string }))
}

variable "approver_arns" {
  description = "Roles that approve that work goes on after a stop."
  type        = list(string)
}

variable "break_glass_user_arns" {
  description = "IAM users of the management account who may take the role for emergencies, by account: each with a security key of his own."
  type        = list(string)
}

variable "auditor_role_arns" {
  description = "Roles that may read the log."
  type        = list(string)
  default     = []
}

variable "alert_emails" {
  description = "Addresses that are told of alarms; each must confirm once."
  type        = list(string)
}
