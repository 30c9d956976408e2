output "gateway_url" {
  description = "Address of the gateway, as the policy's upstream names it."
  value       = module.workload.gateway_url
}

output "witness_url" {
  description = "Address of the witness, for `audit.witnesses` of the policy."
  value       = module.workload.witness_url
}

output "session_document_name" {
  description = "Document by which developers open a session on their host."
  value       = module.workload.session_document_name
}

output "autoscaling_group_names" {
  description = "Group of each developer's host."
  value       = module.workload.autoscaling_group_names
}

output "state_machine_arns" {
  description = "What each developer starts for an ephemeral session."
  value       = module.sessions.state_machine_arns
}

output "session_cluster_name" {
  description = "ECS cluster of ephemeral sessions."
  value       = module.sessions.cluster_name
}

output "nat_public_ips" {
  description = "Addresses from which traffic comes out, by availability zone."
  value       = module.workload.nat_public_ips
}

output "bucket_names" {
  description = "Buckets of the log: audit, sessions and trail."
  value       = module.log_archive.bucket_names
}

output "log_group_names" {
  description = "Log groups to look into first, by what they hold."
  value       = module.workload.log_group_names
}

output "kill_switch_documents" {
  description = "Automation documents that stop everything or a part, and the one by which work goes on."
  value       = module.workload.kill_switch_documents
}
