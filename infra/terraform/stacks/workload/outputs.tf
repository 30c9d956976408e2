output "vpc_id" {
  description = "The VPC."
  value       = module.network.vpc_id
}

output "nat_public_ips" {
  description = "Addresses from which traffic comes out, by availability zone: what a partner puts on an allowlist."
  value       = module.network.nat_public_ips
}

output "gateway_url" {
  description = "Address of the gateway, as the policy's upstream names it; null where none is deployed."
  value       = one(module.gateway[*].url)
}

output "session_document_name" {
  description = "Document by which developers open a session on their host: `aws ssm start-session --document-name …`; null without hosts."
  value       = one(module.workstation[*].session_document_name)
}

output "session_document_arn" {
  description = "ARN of that document, for the permission set of developers; null without hosts."
  value       = one(module.workstation[*].session_document_arn)
}

output "autoscaling_group_names" {
  description = "Group of each developer's host, by the developer's key."
  value       = try(module.workstation[0].autoscaling_group_names, {})
}

output "kill_switch_documents" {
  description = "Automation documents that stop everything or a part, and the one by which work goes on."
  value       = module.kill_switch.document_names
}

output "break_glass_role_arn" {
  description = "Role for emergencies."
  value       = module.break_glass.role_arn
}

output "alerts_topic_arn" {
  description = "Topic of all alarms of this account."
  value       = module.watch.topic_arn
}

output "log_group_names" {
  description = "Log groups to look into first, by what they hold."
  value = merge(
    { flows = module.network.flow_log_group_name },
    var.egress == "firewall" ? { for kind, name in module.network_firewall[0].log_group_names : "firewall_${kind}" => name } : {},
    var.components.gateway ? { gateway = module.gateway[0].log_group_name } : {},
    var.components.workstation ? { hosts = module.workstation[0].host_log_group_name, sessions = module.workstation[0].session_log_group_name } : {},
  )
}

output "witness_url" {
  description = "Address of the witness, for `audit.witnesses` of the policy; null where none is deployed."
  value       = one(module.control_plane[*].witness_url)
}

output "workload" {
  description = "What stacks/ephemeral-session is given as `workload`."
  value = {
    vpc_id                    = module.network.vpc_id
    subnet_ids                = values(module.network.private_subnet_ids)
    s3_prefix_list_id         = module.endpoints.s3_prefix_list_id
    endpoints_security_group  = module.endpoints.security_group_id
    gateway_security_group    = one(module.gateway[*].load_balancer_security_group_id)
    egress_ports              = var.egress == "firewall" ? module.rules.egress_ports : []
    audit_stream_name         = module.streams.audit_stream_name
    sessions_stream_name      = module.streams.sessions_stream_name
    sessions_key_arn          = module.keys.key_arns["sessions"]
    logs_key_arn              = module.keys.key_arns["logs"]
    alarm_topic_arn           = module.watch.topic_arn
    permissions_boundary_arns = { host = module.boundary.host_boundary_arn, service = module.boundary.service_boundary_arn }
  }
}
