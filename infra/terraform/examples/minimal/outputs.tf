output "gateway_url" {
  description = "Address of the gateway, as the policy's upstream names it."
  value       = module.workload.gateway_url
}

output "session_document_name" {
  description = "Document by which developers open a session on their host."
  value       = module.workload.session_document_name
}

output "autoscaling_group_names" {
  description = "Group of each developer's host."
  value       = module.workload.autoscaling_group_names
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
