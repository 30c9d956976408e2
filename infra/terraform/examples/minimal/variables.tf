variable "policy" {
  description = "From sallyport.auto.tfvars.json, which `sallyport policy compile policy.yaml --target terraform` writes."
  type        = any
}

variable "name" {
  description = "Prefix of the names of all resources."
  type        = string
  default     = "sallyport"
}

variable "account_id" {
  description = "The one account of the trial. A real log does not stand in the account whose deeds it records."
  type        = string
}

variable "region" {
  description = "Region of the trial; the policy's Bedrock region must be the same."
  type        = string
}

variable "azs" {
  description = "One availability zone, or two."
  type        = list(string)
}

variable "artifacts" {
  description = "Bucket with package, client and signed policy bundle, and the public key of whoever signs these."
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

variable "gateway_image" {
  description = "Image of the gateway in ECR, by digest."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate in ACM for the gateway's name."
  type        = string
}

variable "host_image_id" {
  description = "AMI of developer hosts."
  type        = string
}

variable "developers" {
  description = "One entry for each developer: `owner` is the value of the tag `sallyport:owner`, `os_user` the account on the host."
  type        = map(object({ owner = string, os_user = string }))
}

variable "administrator_arns" {
  description = "Who may take the role for emergencies and approve that work goes on after a stop: in a trial the same people."
  type        = object({ users = list(string), roles = list(string) })
}
