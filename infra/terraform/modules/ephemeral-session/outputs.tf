output "security_group_id" {
  description = "Security group of sessions: endpoints and the gateway's load balancer must let it in."
  value       = aws_security_group.session.id
}

output "cluster_name" {
  description = "Name of the ECS cluster."
  value       = module.documents.names.cluster
}

output "task_role_arn" {
  description = "Role of sessions, which the gateway must take proofs of."
  value       = module.documents.arns.task_role
}

output "starter_role_arn" {
  description = "Role that starts and ends sessions. Denied everything, it starts none."
  value       = module.documents.arns.starter_role
}

output "developer_policy_name" {
  description = "Name of the policy that the permission set of developers attaches."
  value       = aws_iam_policy.developer.name
}

output "state_machine_arns" {
  description = "State machine of each developer: what is started for a session."
  value       = { for key, machine in aws_sfn_state_machine.session : key => machine.arn }
}

output "recording_log_group_name" {
  description = "Log group of the recordings of sessions."
  value       = module.documents.names.recording_group
}
