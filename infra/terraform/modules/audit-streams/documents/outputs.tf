output "stream_arns" {
  description = "ARN of each stream by what it carries: audit and sessions."
  value       = local.stream_arns
}

output "stream_trust_json" {
  description = "Who may be the role of each stream."
  value       = { for purpose, trust in local.stream_trust : purpose => jsonencode(trust) }
}

output "stream_policy_json" {
  description = "What the role of each stream may do."
  value       = { for purpose, policy in local.stream_policies : purpose => jsonencode(policy) }
}

output "subscription_trust_json" {
  description = "Who may be the role that carries log events to the stream of sessions."
  value       = jsonencode(local.subscription_trust)
}

output "subscription_policy_json" {
  description = "What that role may do."
  value       = jsonencode(local.subscription_policy)
}

output "put_policy_json" {
  description = "Policy for whoever delivers the audit log."
  value       = jsonencode(local.put_policy)
}
