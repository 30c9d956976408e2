variable "name" {
  description = "Prefix of the names of all resources."
  type        = string
}

variable "partition" {
  description = "Partition of AWS that the account belongs to."
  type        = string
  default     = "aws"
}

variable "region" {
  description = "Region of the hosts."
  type        = string
}

variable "account_id" {
  description = "Account of the hosts."
  type        = string
}

variable "developers" {
  description = "The account on the host of each developer, by the developer's key."
  type        = map(string)
}

variable "sessions_key_arn" {
  description = "Key of Session Manager and its recording."
  type        = string
}

variable "audit_stream_name" {
  description = "Firehose stream that the hosts' log goes to."
  type        = string
}

variable "artifacts" {
  description = "What a host fetches when it starts, pinned by hash or signature."
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

variable "session_document" {
  description = "Session document of the policy, with log group and key empty."
  type        = string
}

variable "parameter_names" {
  description = "Parameters of Systems Manager that the hosts may read."
  type        = set(string)
  default     = []
}

variable "store" {
  description = "Where the hosts keep stores of their logs, each under `logs/` and its own `aws:userid`: bucket and key of the archive; null for no store."
  type        = object({ bucket_arn = string, key_arn = string })
  default     = null
}
