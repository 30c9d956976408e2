output "rule_group_id" {
  description = "The rule group of DNS Firewall."
  value       = aws_route53_resolver_firewall_rule_group.this.id
}

output "rule_group_arn" {
  description = "ARN of the rule group of DNS Firewall."
  value       = aws_route53_resolver_firewall_rule_group.this.arn
}

output "association_id" {
  description = "The association of the rule group with the VPC; without it the rules have no effect."
  value       = aws_route53_resolver_firewall_rule_group_association.this.id
}

output "query_log_group_name" {
  description = "Log group of the queries, those refused too."
  value       = local.log_group_name
}
