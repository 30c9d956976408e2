locals {
  groups = {
    endpoints = var.workload.endpoints_security_group
    gateway   = var.workload.gateway_security_group
  }
}

module "session" {
  source = "../../modules/ephemeral-session"

  name                      = var.name
  tags                      = var.tags
  partition                 = var.partition
  region                    = var.region
  account_id                = var.account_id
  vpc_id                    = var.workload.vpc_id
  subnet_ids                = var.workload.subnet_ids
  egress_security_group_ids = local.groups
  s3_prefix_list_id         = var.workload.s3_prefix_list_id
  egress_ports              = var.workload.egress_ports
  image                     = var.image
  bundle                    = var.bundle
  audit_stream_name         = var.workload.audit_stream_name
  sessions_stream_name      = var.workload.sessions_stream_name
  kms_key_arns              = { sessions = var.workload.sessions_key_arn, logs = var.workload.logs_key_arn }
  developers                = var.developers
  max_minutes               = var.session_policy.session.max_minutes
  detached_minutes          = min(var.detached_minutes, var.session_policy.session.idle_minutes)
  cpu                       = var.cpu
  memory_mib                = var.memory_mib
  storage_gib               = var.storage_gib
  architecture              = var.architecture
  log_retention_days        = var.log_retention_days
  alarm_topic_arns          = [var.workload.alarm_topic_arn]
  permissions_boundary_arns = var.workload.permissions_boundary_arns
}

# The groups of the workload stack let nobody in whom they do not know.
resource "aws_vpc_security_group_ingress_rule" "session" {
  for_each = local.groups

  security_group_id            = each.value
  referenced_security_group_id = module.session.security_group_id
  description                  = "Ephemeral sessions"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = merge(var.tags, { "sallyport:part" = "session" })
}
