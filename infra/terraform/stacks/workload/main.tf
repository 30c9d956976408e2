locals {
  role_prefix       = "arn:${var.partition}:iam::${var.account_id}:role"
  break_glass_arn   = "${local.role_prefix}/${var.name}-break-glass"
  session_role_name = "${var.name}-session-task"
  starter_role_name = "${var.name}-session-starter"

  bundle = {
    bucket      = var.artifacts.bucket
    key         = var.artifacts.bundle_key
    public_key  = var.artifacts.trust_key
    kms_key_arn = var.artifacts.kms_key_arn
  }

  store = { bucket_arn = var.archive.audit_bucket_arn, key_arn = var.archive.audit_key_arn }
}

module "rules" {
  source = "../../modules/policy-rules"

  policy           = var.policy
  components       = var.components
  environment      = var.environment
  region           = var.region
  account_id       = var.account_id
  partition        = var.partition
  org_id           = var.org_id
  gateway_hostname = var.components.gateway ? var.gateway.hostname : null
  component_hosts  = var.components.control_plane ? { control_plane = [var.control_plane.witness.hostname] } : {}
  buckets          = [var.artifacts.bucket, reverse(split(":", var.archive.audit_bucket_arn))[0]]

  extra_domains           = var.extra_domains
  extra_endpoint_services = var.extra_endpoint_services
}

module "keys" {
  source = "../../modules/kms"

  name                  = var.name
  tags                  = var.tags
  environment           = var.environment
  partition             = var.partition
  region                = var.region
  account_id            = var.account_id
  role                  = "workload"
  protected             = var.deletion_protection
  break_glass_role_arns = [local.break_glass_arn]
  log_group_prefixes = [
    "/${var.name}/",
    "/aws/rds/cluster/${var.name}-",
    "/aws/vendedlogs/${var.name}/",
    "/aws/vendedlogs/states/${var.name}-",
  ]
}

module "boundary" {
  source = "../../modules/identity/boundary"

  name       = var.name
  tags       = var.tags
  partition  = var.partition
  region     = var.region
  account_id = var.account_id
}

module "break_glass" {
  source = "../../modules/kill-switch/break-glass"

  name              = var.name
  tags              = var.tags
  partition         = var.partition
  trusted_user_arns = var.break_glass_user_arns
}
