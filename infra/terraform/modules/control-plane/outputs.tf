output "witness_url" {
  description = "Address of the witness, for `audit.witnesses` of the policy."
  value       = "https://${var.witness.hostname}"
}

output "witness_log_group_name" {
  description = "Log group of what the witness prints; its verifier key stands in the first lines."
  value       = aws_cloudwatch_log_group.witness.name
}

output "load_balancer_security_group_id" {
  description = "Security group of the witness's load balancer."
  value       = aws_security_group.load_balancer.id
}

output "task_security_group_id" {
  description = "Security group of the witness's tasks."
  value       = aws_security_group.task.id
}

output "database_endpoint" {
  description = "Address of the database's writer; null where there is none."
  value       = one(aws_rds_cluster.database[*].endpoint)
}

output "database_secret_arn" {
  description = "Secret that RDS manages for the master user; null where there is no database."
  value       = try(aws_rds_cluster.database[0].master_user_secret[0].secret_arn, null)
}

output "database_security_group_id" {
  description = "Security group of the database; null where there is none."
  value       = one(aws_security_group.database[*].id)
}
