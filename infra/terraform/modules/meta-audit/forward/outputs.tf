output "rule_names" {
  description = "Rules that bring events to the home region, by watch."
  value       = { for watch, rule in aws_cloudwatch_event_rule.this : watch => rule.name }
}
