module "identity" {
  source = "../../modules/identity"

  name                      = var.name
  tags                      = var.tags
  partition                 = var.partition
  region                    = var.region
  workload_account_ids      = var.workload_account_ids
  log_archive_account_id    = var.log_archive_account_id
  allowed_regions           = distinct(concat([var.region, var.policy.region], var.extra_regions))
  guardrail                 = var.policy.iam.guardrail
  application_profile_arns  = var.application_profile_arns
  deployment_role_arns      = var.deployment_role_arns
  sso_instance_arn          = var.sso_instance_arn
  assignments               = var.assignments
  access_control_attributes = var.access_control_attributes
  developer_policy_names    = var.developer_policy_names
  scp_targets               = var.scp_targets
}

module "watch" {
  source = "../../modules/meta-audit"
  count  = var.watch == null ? 0 : 1

  providers = {
    aws        = aws
    aws.global = aws.global
  }

  name              = var.name
  tags              = var.tags
  environment       = var.environment
  partition         = var.partition
  region            = var.region
  account_id        = var.management_account_id
  trail             = var.watch.trail
  logs_key_arn      = var.watch.logs_key_arn
  alert_emails      = var.watch.alert_emails
  alert_target_arns = var.watch.alert_target_arns
}
