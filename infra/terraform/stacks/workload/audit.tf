module "streams" {
  source = "../../modules/audit-streams"

  name                     = var.name
  tags                     = var.tags
  partition                = var.partition
  region                   = var.region
  account_id               = var.account_id
  archive                  = var.archive
  kms_key_arns             = { data = module.keys.key_arns["data"], logs = module.keys.key_arns["logs"] }
  session_log_group_name   = var.components.workstation ? module.workstation[0].session_log_group_name : null
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = module.boundary.service_boundary_arn
}

module "watch" {
  source = "../../modules/meta-audit"

  providers = {
    aws        = aws
    aws.global = aws.global
  }

  name                   = var.name
  tags                   = var.tags
  environment            = var.environment
  partition              = var.partition
  region                 = var.region
  account_id             = var.account_id
  trail                  = var.trail
  logs_key_arn           = module.keys.key_arns["logs"]
  data_event_bucket_arns = ["arn:${var.partition}:s3:::${var.artifacts.bucket}"]
  break_glass_role_arns  = [local.break_glass_arn]
  protected_role_arns = concat(
    values(module.streams.writer_role_arns),
    var.components.workstation ? [module.workstation[0].role_arn] : [],
    var.components.gateway ? [module.gateway[0].task_role_arn, module.gateway[0].execution_role_arn] : [],
    var.components.ephemeral_session ? [for name in [local.session_role_name, local.starter_role_name] : "${local.role_prefix}/${name}"] : [],
  )
  stream_names             = module.streams.stream_names
  heartbeat_stream_name    = module.streams.audit_stream_name
  heartbeat_minutes        = var.heartbeat_minutes
  alert_emails             = var.alert_emails
  alert_target_arns        = var.alert_target_arns
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = module.boundary.service_boundary_arn
}

module "kill_switch" {
  source = "../../modules/kill-switch"

  name       = var.name
  tags       = var.tags
  partition  = var.partition
  region     = var.region
  account_id = var.account_id
  vpc_id     = module.network.vpc_id
  role_names = concat(
    var.components.workstation ? [module.workstation[0].role_name] : [],
    var.components.gateway ? [module.gateway[0].task_role_name] : [],
    var.components.ephemeral_session ? [local.session_role_name, local.starter_role_name] : [],
  )
  gateway = var.components.gateway ? {
    cluster_name  = module.gateway[0].cluster_name
    service_names = values(module.gateway[0].service_names)
  } : null
  session_cluster_name = var.components.ephemeral_session ? "${var.name}-sessions" : null
  host_subnet_ids      = values(module.network.private_subnet_ids)
  host_network_acl_id  = module.network.private_network_acl_id
  evidence_cidrs       = values(module.network.endpoint_cidrs)
  delivery_seconds     = var.kill_switch.delivery_seconds
  approver_arns        = var.kill_switch.approver_arns
  min_approvals        = var.kill_switch.min_approvals
  alert_emails         = var.alert_emails
  alert_target_arns    = var.alert_target_arns
  notification_key_arn = module.keys.key_arns["logs"]
}
