output "dns_domains" {
  description = "Names that DNS Firewall answers: the policy's hosts, those of the components, of the endpoints and of the buckets."
  value       = local.dns_domains
}

output "dns_sources" {
  description = "The same names with what each is there for."
  value       = local.dns_sources
}

output "suricata_rules" {
  description = "Rules for Network Firewall in strict order: `egress` about `$HOME_NET`, `gateway` about `$GATEWAY_NET`."
  value       = { egress = local.egress_rules, gateway = var.policy.suricata.gateway }
}

output "endpoint_services" {
  description = "AWS services to reach by an interface endpoint."
  value       = local.endpoint_services
}

output "egress_ports" {
  description = "Ports on which hosts may leave, ascending: what their security group lets out to 0.0.0.0/0 towards the firewall."
  value       = local.egress_ports
}

output "bedrock" {
  description = "What the policy says about Bedrock: geography of inference profiles, ARNs, and documents in which the organization stands. Null where the provider is another."
  value       = local.bedrock
}

output "session" {
  description = "Bounds of a session in minutes, and the Session Manager document without log group and key."
  value       = var.policy.session
}

output "retention_years" {
  description = "Years that records are kept."
  value       = local.retention_years
}

output "content_days" {
  description = "Days that the content of prompts is kept; null where it is kept as long as the record."
  value       = var.policy.retention.content_days
}
