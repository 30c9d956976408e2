output "endpoint_ids" {
  description = "Availability zone to the id of its firewall endpoint: input `firewall_endpoint_ids` of the module network."
  value       = { for az in keys(var.subnet_ids) : az => local.endpoint_ids[az] }
}

output "firewall_arn" {
  description = "ARN of the firewall."
  value       = aws_networkfirewall_firewall.this.arn
}

output "firewall_name" {
  description = "Name of the firewall, as its metrics name it."
  value       = aws_networkfirewall_firewall.this.name
}

output "policy_arn" {
  description = "ARN of the firewall policy."
  value       = aws_networkfirewall_firewall_policy.this.arn
}

output "rule_group_arns" {
  description = "ARNs of the rule groups, by name."
  value       = { for name, group in aws_networkfirewall_rule_group.this : name => group.arn }
}

output "log_group_names" {
  description = "Log groups of alerts and flows."
  value       = local.log_group_names
}
