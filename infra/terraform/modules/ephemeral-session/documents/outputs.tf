output "names" {
  description = "Names of all that the documents are about."
  value       = local.names
}

output "arns" {
  description = "ARNs of all that the documents are about."
  value       = local.arn
}

output "trust_of_tasks" {
  description = "Who may become the roles of tasks."
  value       = jsonencode(local.trust_of_tasks)
}

output "trust_of_starter" {
  description = "Who may become the role that starts sessions."
  value       = jsonencode(local.trust_of_starter)
}

output "task" {
  description = "Policy of a session's role."
  value       = jsonencode(local.task)
}

output "execution" {
  description = "Policy of the role with which ECS starts sessions."
  value       = jsonencode(local.execution)
}

output "starter" {
  description = "Policy of the role with which state machines start and end sessions."
  value       = jsonencode(local.starter)
}

output "trust_of_recorder" {
  description = "Who may become the role that carries recordings to their stream."
  value       = jsonencode(local.trust_of_recorder)
}

output "recorder" {
  description = "Policy of the role that carries recordings to their stream."
  value       = jsonencode(local.recorder)
}

output "developer" {
  description = "Policy for the permission set of developers."
  value       = jsonencode(local.developer)
}

output "containers" {
  description = "Container definitions of a session."
  value       = jsonencode(local.containers)
}

output "volumes" {
  description = "Names of the volumes that the containers mount."
  value       = local.volumes
}

output "state_machines" {
  description = "Definitions of the state machines, by developer."
  value       = { for key, definition in local.state_machines : key => jsonencode(definition) }
}
