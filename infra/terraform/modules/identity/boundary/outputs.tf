output "host_boundary_arn" {
  description = "Permissions boundary for the roles of developer hosts and sessions: none of them reaches a model."
  value       = aws_iam_policy.host.arn
}

output "service_boundary_arn" {
  description = "Permissions boundary for the roles of services, the gateway's among them."
  value       = aws_iam_policy.service.arn
}
