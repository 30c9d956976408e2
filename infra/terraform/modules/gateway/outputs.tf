output "task_role_arn" {
  description = "Role of the gateway, the only one that may run models."
  value       = local.task_role_arn
}

output "task_role_name" {
  description = "Name of the role of the gateway; the module bedrock attaches the rights on models to it."
  value       = aws_iam_role.task.name
}

output "execution_role_arn" {
  description = "Role with which ECS pulls the image and writes the log group."
  value       = local.execution_role_arn
}

output "cluster_name" {
  description = "Name of the ECS cluster."
  value       = local.cluster_name
}

output "cluster_arn" {
  description = "ARN of the ECS cluster."
  value       = local.cluster_arn
}

output "service_names" {
  description = "Names of the services, by availability zone: the kill switch sets them to no task."
  value       = { for az, service in aws_ecs_service.gateway : az => service.name }
}

output "service_arns" {
  description = "ARNs of the services, by availability zone."
  value       = local.service_arns
}

output "load_balancer_security_group_id" {
  description = "Security group of the load balancer: hosts may reach it on port 443."
  value       = aws_security_group.load_balancer.id
}

output "task_security_group_id" {
  description = "Security group of the tasks: the only one that the endpoint of Bedrock lets in."
  value       = aws_security_group.task.id
}

output "load_balancer_arn" {
  description = "ARN of the internal load balancer."
  value       = aws_lb.gateway.arn
}

output "url" {
  description = "Address of the gateway, as the policy's upstream names it."
  value       = "https://${var.hostname}"
}

output "log_group_name" {
  description = "Log group of what the gateway prints."
  value       = aws_cloudwatch_log_group.gateway.name
}

output "file_system_id" {
  description = "File system that holds the state and the log of each zone's gateway."
  value       = aws_efs_file_system.state.id
}
