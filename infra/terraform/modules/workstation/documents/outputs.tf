output "instance_policy" {
  description = "What the hosts' role may do, as JSON. It runs no model and reads no parameter that was not named."
  value       = jsonencode(local.instance_policy)
}

output "trust_policy" {
  description = "Who may take the hosts' role, as JSON."
  value       = jsonencode(local.trust_policy)
}

output "session_document" {
  description = "Session document with the log group and the key filled in, as JSON."
  value       = jsonencode(local.session_document)
}

output "user_data" {
  description = "Script that a host starts with, by the developer's key."
  value       = local.user_data
}

output "role_name" {
  description = "Name of the hosts' role."
  value       = local.role_name
}

output "role_arn" {
  description = "ARN of the hosts' role."
  value       = "arn:${var.partition}:iam::${var.account_id}:role/${local.role_name}"
}

output "session_document_name" {
  description = "Name of the session document."
  value       = local.session_document_name
}

output "session_document_arn" {
  description = "ARN of the session document."
  value       = "${local.regional.ssm}:document/${local.session_document_name}"
}

output "session_log_group_name" {
  description = "Log group that sessions are streamed to."
  value       = local.session_log_group_name
}

output "session_log_group_arn" {
  description = "ARN of that log group, without a star."
  value       = local.log_group_arns.sessions
}

output "host_log_group_name" {
  description = "Log group of the hosts' journal and kernel audit."
  value       = local.host_log_group_name
}

output "owner_tag" {
  description = "Tag whose value says whose host it is."
  value       = "sallyport:owner"
}
