output "trust" {
  description = "Who may become the roles of tasks."
  value       = jsonencode(local.trust)
}

output "task" {
  description = "Policy of the witness's role."
  value       = jsonencode(local.task)
}

output "execution" {
  description = "Policy of the role with which ECS starts tasks."
  value       = jsonencode(local.execution)
}

output "file_system" {
  description = "Resource policy of the file system."
  value       = jsonencode(local.file_system)
}

output "containers" {
  description = "Container definitions of the task."
  value       = jsonencode(local.containers)
}
