output "document_names" {
  description = "Automation documents by what they do: stop-everything, stop-roles, stop-outside, stop-sessions, stop-tasks, stop-gateway, stop-launches, stop-hosts, resume."
  value       = { for name, document in aws_ssm_document.this : name => document.name }
}

output "automation_role_arn" {
  description = "Role under which the documents act."
  value       = aws_iam_role.automation.arn
}

output "isolation_group_id" {
  description = "Security group without rules that isolated hosts are put in."
  value       = aws_security_group.isolation.id
}

output "approvals_topic_arn" {
  description = "Topic that tells the approvers."
  value       = aws_sns_topic.approvals.arn
}
