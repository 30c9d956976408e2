module "documents" {
  source = "./documents"

  name                     = var.name
  partition                = var.partition
  region                   = var.region
  workload_account_ids     = var.workload_account_ids
  log_archive_account_id   = var.log_archive_account_id
  allowed_regions          = var.allowed_regions
  guardrail                = var.guardrail
  application_profile_arns = var.application_profile_arns
  deployment_role_arns     = var.deployment_role_arns
}

locals {
  scps = module.documents.scps

  # Credentials live an hour; the session that was started with them goes on until its document ends it.
  permission_sets = {
    developer = { description = "Starts the recorded session on one's own host", duration = "PT1H", managed = [] }
    security  = { description = "Reads the log, stops work, approves that it goes on", duration = "PT4H", managed = ["SecurityAudit"] }
    auditor   = { description = "Reads the log and the configuration", duration = "PT4H", managed = ["SecurityAudit", "job-function/ViewOnlyAccess"] }
    platform  = { description = "Deploys, and starts work again after a stop", duration = "PT1H", managed = ["job-function/ViewOnlyAccess"] }
  }

  managed_policies = merge([
    for set, settings in local.permission_sets : {
      for policy in settings.managed : "${set}/${policy}" => { set = set, policy = policy }
    }
  ]...)
}
