output "role_arn" {
  description = "Role of the hosts; the central gateway takes requests of it."
  value       = module.documents.role_arn
}

output "role_name" {
  description = "Name of the hosts' role, for the kill switch."
  value       = aws_iam_role.host.name
}

output "security_group_id" {
  description = "Security group of the hosts, for the rules of endpoints and gateway."
  value       = aws_security_group.host.id
}

output "session_document_name" {
  description = "The one document by which developers may start a session."
  value       = module.documents.session_document_name
}

output "session_document_arn" {
  description = "ARN of that document, for the permission set."
  value       = module.documents.session_document_arn
}

output "session_log_group_name" {
  description = "Log group that sessions are streamed to while they run; its subscription belongs to the audit streams."
  value       = module.documents.session_log_group_name
}

output "session_log_group_arn" {
  description = "ARN of that log group, without a star."
  value       = module.documents.session_log_group_arn
}

output "host_log_group_name" {
  description = "Log group of the hosts' journal and kernel audit."
  value       = module.documents.host_log_group_name
}

output "autoscaling_group_names" {
  description = "Group of each developer's host, by the developer's key."
  value       = { for key, group in aws_autoscaling_group.developer : key => group.name }
}

output "launch_template_ids" {
  description = "Launch template of each developer's host, by the developer's key."
  value       = { for key, template in aws_launch_template.developer : key => template.id }
}

output "owner_tag" {
  description = "Tag whose value says whose host it is; permission sets compare it with the session's own."
  value       = module.documents.owner_tag
}

output "user_data_bytes" {
  description = "Size of what a host starts with, in bytes as EC2 counts them; it takes 16384."
  value       = local.user_data_bytes
}
