output "topic_arn" {
  description = "Topic that all alarms of this account go to."
  value       = aws_sns_topic.alerts.arn
}

output "trail_arn" {
  description = "The trail."
  value       = aws_cloudtrail.this.arn
}

output "trail_log_group_name" {
  description = "Log group of the trail."
  value       = aws_cloudwatch_log_group.trail.name
}

output "rule_names" {
  description = "Rules of EventBridge by what they watch."
  value       = { for watch, rule in aws_cloudwatch_event_rule.watch : watch => rule.name }
}

output "alarm_names" {
  description = "All alarms of the module."
  value       = concat([for alarm in aws_cloudwatch_metric_alarm.stream : alarm.alarm_name], [for alarm in aws_cloudwatch_metric_alarm.heartbeat : alarm.alarm_name], [for alarm in aws_cloudwatch_metric_alarm.replication : alarm.alarm_name], [for alarm in aws_cloudwatch_metric_alarm.pipeline : alarm.alarm_name])
}

output "forward_role_arn" {
  description = "Role that brings events of further regions to this one, for the submodule forward."
  value       = aws_iam_role.forward.arn
}

output "replica_patterns" {
  description = "Event patterns that matter in the region of the copies, by watch."
  value       = { for watch in module.documents.replica_watches : watch => module.documents.patterns[watch] }
}

output "home_bus_arn" {
  description = "Event bus on which the rules stand."
  value       = local.home_bus_arn
}
