locals {
  environment = "development"
  # Keys, trail and topic of both stacks are named after their prefix, and here both stand in one account.
  archive_name = "${var.name}-log"
}

module "log_archive" {
  source = "../../stacks/log-archive"

  providers = {
    aws         = aws.trial
    aws.global  = aws.trial_global
    aws.replica = aws.trial
  }

  name              = local.archive_name
  environment       = local.environment
  region            = var.region
  account_id        = var.account_id
  workload_accounts = [{ account_id = var.account_id, region = var.region, name = var.name }]

  # A day, and an administrator can lift it: the trial leaves nothing behind.
  lock_mode       = "GOVERNANCE"
  retention_years = null
  retention_days  = 1
  protected       = false
}

module "workload" {
  source = "../../stacks/workload"

  providers = {
    aws        = aws.trial
    aws.global = aws.trial_global
  }

  policy              = var.policy
  name                = var.name
  environment         = local.environment
  region              = var.region
  account_id          = var.account_id
  azs                 = var.azs
  deletion_protection = false
  log_retention_days  = 90

  archive   = module.log_archive.archive
  trail     = module.log_archive.trail
  artifacts = var.artifacts

  workstation = {
    image_id      = var.host_image_id
    instance_type = "t3.large"
    developers    = var.developers
  }

  gateway = {
    hostname        = var.policy.upstream.name
    certificate_arn = var.certificate_arn
    image           = var.gateway_image
    cpu             = 512
    memory_mib      = 1024
  }

  kill_switch           = { approver_arns = var.administrator_arns.roles }
  break_glass_user_arns = var.administrator_arns.users
}
