output "flow_log_trust" {
  description = "Trust policy of the role of the flow logs."
  value       = jsonencode(local.flow_log_trust)
}

output "flow_log_write" {
  description = "What the role of the flow logs may do."
  value       = jsonencode(local.flow_log_write)
}
