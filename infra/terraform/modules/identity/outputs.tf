output "permission_set_arns" {
  description = "Permission sets by name: developer, security, auditor, platform."
  value       = { for name, set in aws_ssoadmin_permission_set.this : name => set.arn }
}

output "scp_ids" {
  description = "Service control policies by name: models, perimeter, evidence, organization."
  value       = { for name, policy in aws_organizations_policy.this : name => policy.id }
}

output "scp_characters" {
  description = "Length of each service control policy; AWS takes 5120 characters."
  value       = { for name, document in local.scps : name => length(document) }
}
