output "patterns" {
  description = "Event pattern of each watch, as JSON."
  value       = { for watch, pattern in local.patterns : watch => jsonencode(pattern) }
}

output "abouts" {
  description = "What each watch tells of."
  value       = { for watch, about in local.abouts : watch => about if contains(keys(local.patterns), watch) }
}

output "global_watches" {
  description = "Watches whose events appear in the region of global services too, or there alone."
  value       = local.global_watches
}

output "replica_watches" {
  description = "Watches whose events appear in the region of the copies."
  value       = [for watch in local.replica_watches : watch if contains(keys(local.patterns), watch)]
}

output "topic_policy_json" {
  description = "Who may publish to the topic."
  value       = jsonencode(local.topic_policy)
}

output "trail_trust_json" {
  description = "Who may be the role that writes the trail's events to its log group."
  value       = jsonencode(local.trail_trust)
}

output "trail_policy_json" {
  description = "What that role may do."
  value       = jsonencode(local.trail_policy)
}

output "forward_trust_json" {
  description = "Who may be the role that brings events of other regions here."
  value       = jsonencode(local.forward_trust)
}

output "forward_policy_json" {
  description = "What that role may do."
  value       = jsonencode(local.forward_policy)
}
