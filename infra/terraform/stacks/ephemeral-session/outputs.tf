output "cluster_name" {
  description = "ECS cluster of sessions: `aws ecs execute-command --cluster … --container session`."
  value       = module.session.cluster_name
}

output "state_machine_arns" {
  description = "What each developer starts for a session: `aws stepfunctions start-execution --state-machine-arn …`."
  value       = module.session.state_machine_arns
}

output "developer_policy_name" {
  description = "Policy that the permission set of developers attaches by its name."
  value       = module.session.developer_policy_name
}

output "task_role_arn" {
  description = "Role of sessions; the gateway of stacks/workload takes its proofs where components.ephemeral_session is on."
  value       = module.session.task_role_arn
}

output "recording_log_group_name" {
  description = "Log group of the recordings of sessions."
  value       = module.session.recording_log_group_name
}
