output "host" {
  description = "Permissions boundary of hosts and sessions."
  value       = jsonencode({ Version = "2012-10-17", Statement = concat(local.common, local.never, local.no_models) })
}

output "service" {
  description = "Permissions boundary of services."
  value       = jsonencode({ Version = "2012-10-17", Statement = concat(local.common, local.services, local.never) })
}
