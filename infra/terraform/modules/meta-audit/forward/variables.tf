variable "name" {
  description = "Prefix of the names of all resources."
  type        = string
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}

variable "patterns" {
  description = "Event patterns by watch, as JSON: what is brought to the home region."
  type        = map(string)
}

variable "bus_arn" {
  description = "Event bus of the home region."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/", var.bus_arn))
    error_message = "bus_arn must be the ARN of an event bus."
  }
}

variable "role_arn" {
  description = "Role with which EventBridge puts events on that bus."
  type        = string
}
