locals {
  environment      = "production"
  break_glass_arns = { for account, id in var.accounts : account => "arn:aws:iam::${id}:role/${var.name}-break-glass" }
  artifacts        = { for field, value in var.artifacts : field => value if field != "session_bundle_key" }
}

# First of all: where everything is written to.
module "log_archive" {
  source = "../../stacks/log-archive"

  providers = {
    aws         = aws.log_archive
    aws.global  = aws.log_archive_global
    aws.replica = aws.replica
  }

  name                        = var.name
  tags                        = var.tags
  environment                 = local.environment
  region                      = var.region
  replica_region              = var.replica_region
  account_id                  = var.accounts.log_archive
  org_id                      = var.organization.id
  workload_accounts           = [{ account_id = var.accounts.workload, region = var.region }]
  trail_accounts              = [{ account_id = var.accounts.management, region = var.region }]
  retention_years             = var.policy.retention.years
  lock_mode                   = "COMPLIANCE"
  acknowledge_compliance_lock = var.acknowledge_compliance_lock
  break_glass_role_arns       = [local.break_glass_arns.log_archive]
  reader_role_arns            = var.auditor_role_arns
  alert_emails                = var.alert_emails
}

module "log_archive_break_glass" {
  source = "../../modules/kill-switch/break-glass"

  providers = {
    aws = aws.log_archive
  }

  name              = var.name
  tags              = var.tags
  trusted_user_arns = var.break_glass_user_arns
}

module "workload" {
  source = "../../stacks/workload"

  providers = {
    aws        = aws.workload
    aws.global = aws.workload_global
  }

  policy      = var.policy
  name        = var.name
  tags        = var.tags
  environment = local.environment
  region      = var.region
  account_id  = var.accounts.workload
  org_id      = var.organization.id
  azs         = var.azs
  vpc_cidr    = var.vpc_cidr
  peer_cidrs  = var.peer_cidrs

  components = {
    workstation       = true
    gateway           = true
    ephemeral_session = true
    control_plane     = true
  }

  archive   = module.log_archive.archive
  trail     = module.log_archive.trail
  artifacts = local.artifacts

  workstation = {
    image_id   = var.host_image_id
    developers = var.developers
  }

  gateway = {
    hostname        = var.policy.upstream.name
    certificate_arn = var.certificate_arns.gateway
    image           = var.images.gateway
  }

  # The database is there so that its place can be reviewed; no program of this release uses it. Leave it out to save its cost.
  control_plane = {
    witness = {
      name            = var.witness.name
      hostname        = var.witness.hostname
      logs            = var.witness.logs
      certificate_arn = var.certificate_arns.witness
      image           = var.images.gateway
    }
    database = {}
  }

  kill_switch           = { approver_arns = var.approver_arns }
  break_glass_user_arns = var.break_glass_user_arns
  alert_emails          = var.alert_emails
}

module "sessions" {
  source = "../../stacks/ephemeral-session"

  providers = {
    aws = aws.workload
  }

  policy         = var.policy
  session_policy = jsondecode(file("${path.module}/session-policy.json")).policy
  name           = var.name
  tags           = var.tags
  region         = var.region
  account_id     = var.accounts.workload
  workload       = module.workload.workload
  image          = var.images.session
  developers     = { for key, developer in var.developers : key => { owner = developer.owner } }

  # What session-policy.json is compiled from, signed by the same key.
  bundle = {
    bucket      = var.artifacts.bucket
    key         = var.artifacts.session_bundle_key
    public_key  = var.artifacts.trust_key
    kms_key_arn = var.artifacts.kms_key_arn
  }
}

module "management_break_glass" {
  source = "../../modules/kill-switch/break-glass"

  providers = {
    aws = aws.management
  }

  name              = var.name
  tags              = var.tags
  trusted_user_arns = var.break_glass_user_arns
}

module "management_keys" {
  source = "../../modules/kms"

  providers = {
    aws = aws.management
  }

  name                  = var.name
  tags                  = var.tags
  environment           = local.environment
  region                = var.region
  account_id            = var.accounts.management
  role                  = "workload"
  break_glass_role_arns = [local.break_glass_arns.management]
}

# Last of all: once the service control policies are there, only the deployment roles change what they guard, and nobody makes or
# changes a role for emergencies.
module "guardrails" {
  source = "../../stacks/org-guardrails"

  providers = {
    aws        = aws.management
    aws.global = aws.management_global
  }

  policy                 = var.policy
  name                   = var.name
  tags                   = var.tags
  environment            = local.environment
  region                 = var.region
  management_account_id  = var.accounts.management
  workload_account_ids   = [var.accounts.workload]
  log_archive_account_id = var.accounts.log_archive
  extra_regions          = [var.replica_region]
  deployment_role_arns   = values(local.role)
  sso_instance_arn       = var.organization.sso_instance_arn
  assignments            = var.organization.assignments
  scp_targets            = var.organization.scp_targets
  developer_policy_names = [module.sessions.developer_policy_name]

  watch = {
    trail        = module.log_archive.trail
    logs_key_arn = module.management_keys.key_arns["logs"]
    alert_emails = var.alert_emails
  }

  depends_on = [module.log_archive, module.log_archive_break_glass, module.workload, module.sessions]
}
