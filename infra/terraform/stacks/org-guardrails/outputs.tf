output "permission_set_arns" {
  description = "Permission sets by name: developer, security, auditor, platform."
  value       = module.identity.permission_set_arns
}

output "scp_ids" {
  description = "Service control policies by name: models, perimeter, evidence, organization."
  value       = module.identity.scp_ids
}

output "scp_characters" {
  description = "Length of each service control policy; AWS takes 5120 characters."
  value       = module.identity.scp_characters
}
