output "automations" {
  description = "Automation documents, by the end of their names: stop-everything, stop-roles and the other single ones, resume."
  value = merge(
    {
      for name, steps in local.stops : "stop-${name}" => jsonencode({
        schemaVersion = "0.3"
        description   = local.about[name]
        assumeRole    = local.role_arn
        mainSteps     = steps
      })
    },
    {
      resume = jsonencode({
        schemaVersion = "0.3"
        description   = "Lets agent work go on after a stop, once a second person approved"
        assumeRole    = local.role_arn
        mainSteps     = local.resume
      })
    },
  )
}

output "trust" {
  description = "Who may act as the kill switch: Systems Manager, for an automation of this account."
  value       = jsonencode({ Version = "2012-10-17", Statement = local.trust })
}

output "permissions" {
  description = "What the kill switch may do."
  value       = jsonencode({ Version = "2012-10-17", Statement = local.may })
}

output "topic_name" {
  description = "Name of the topic that tells the approvers."
  value       = local.topic_name
}

output "topic_policy" {
  description = "Who may publish to that topic, beside those of this account who have the right."
  value       = jsonencode(local.topic_policy)
}
