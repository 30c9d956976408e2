output "permission_sets" {
  description = "Inline policies of the permission sets, by name."
  value = {
    for name, statements in {
      developer = local.developer
      security  = local.security
      auditor   = local.auditor
      platform  = local.platform
    } : name => jsonencode({ Version = "2012-10-17", Statement = statements })
  }
}

output "scps" {
  description = "Service control policies, by name."
  value = {
    for name, statements in {
      models       = concat(local.scp_models, local.scp_roles)
      perimeter    = concat(local.scp_perimeter, local.scp_hosts)
      evidence     = local.scp_evidence
      organization = concat(local.scp_organization, local.scp_running)
    } : name => jsonencode({ Version = "2012-10-17", Statement = statements })
  }
}
