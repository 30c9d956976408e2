output "trust" {
  description = "Who may take the role: named users, shortly after they showed a second factor."
  value       = jsonencode({ Version = "2012-10-17", Statement = local.trust })
}

output "limits" {
  description = "What not even the emergency may do: take evidence away."
  value       = jsonencode({ Version = "2012-10-17", Statement = local.limits })
}
