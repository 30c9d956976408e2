locals {
  # Roles and trails of the accounts that write here, by the names that their stacks give them: they need not be there yet.
  workloads = [for workload in var.workload_accounts : {
    stack = coalesce(workload.name, var.name)
    roles = "arn:${var.partition}:iam::${workload.account_id}:role/${coalesce(workload.name, var.name)}"
    trail = "arn:${var.partition}:cloudtrail:${workload.region}:${workload.account_id}:trail/${coalesce(workload.name, var.name)}-trail"
  }]
  audit_writer_role_arns = [for workload in local.workloads : "${workload.roles}-audit-stream"]
  store_writer_role_arns = [for workload in local.workloads : "${workload.roles}-host"]
  # As the module gateway names its store: the stack, `gateway`, and the account, which the bucket's policy adds.
  named_store_writer_role_arns = {
    for stack in distinct([for workload in local.workloads : workload.stack]) :
    "${stack}-gateway" => distinct([for workload in local.workloads : "${workload.roles}-gateway-task" if workload.stack == stack])
  }
  session_writer_role_arns = [for workload in local.workloads : "${workload.roles}-sessions-stream"]
  trail_arns = distinct(concat(
    ["arn:${var.partition}:cloudtrail:${var.region}:${var.account_id}:trail/${var.name}-trail"],
    [for workload in local.workloads : workload.trail],
    [for other in var.trail_accounts : "arn:${var.partition}:cloudtrail:${other.region}:${other.account_id}:trail/${coalesce(other.name, var.name)}-trail"],
  ))

  is_replicated        = var.replica_region != null
  replication_role_arn = "arn:${var.partition}:iam::${var.account_id}:role/${var.name}-archive-replication"
}

module "keys" {
  source = "../../modules/kms"

  name                     = var.name
  tags                     = var.tags
  environment              = var.environment
  partition                = var.partition
  region                   = var.region
  account_id               = var.account_id
  role                     = "archive"
  protected                = var.protected
  break_glass_role_arns    = var.break_glass_role_arns
  audit_writer_role_arns   = concat(local.audit_writer_role_arns, local.store_writer_role_arns, flatten(values(local.named_store_writer_role_arns)))
  session_writer_role_arns = local.session_writer_role_arns
  reader_role_arns         = var.reader_role_arns
  replication_role_arns    = local.is_replicated ? [local.replication_role_arn] : []
  trail_arns               = local.trail_arns
}

module "replica_keys" {
  source = "../../modules/kms"
  count  = local.is_replicated ? 1 : 0

  providers = { aws = aws.replica }

  name                  = var.name
  tags                  = var.tags
  environment           = var.environment
  partition             = var.partition
  region                = var.replica_region
  account_id            = var.account_id
  role                  = "replica"
  protected             = var.protected
  break_glass_role_arns = var.break_glass_role_arns
  reader_role_arns      = var.reader_role_arns
  replication_role_arns = [local.replication_role_arn]
}

module "store" {
  source = "../../modules/audit-store"

  providers = { aws = aws, aws.replica = aws.replica }

  name                        = var.name
  tags                        = var.tags
  environment                 = var.environment
  partition                   = var.partition
  region                      = var.region
  account_id                  = var.account_id
  org_id                      = var.org_id
  replica_region              = var.replica_region
  lock_mode                   = var.lock_mode
  acknowledge_compliance_lock = var.acknowledge_compliance_lock
  retention_years             = var.retention_years
  retention_days              = var.retention_days
  protected                   = var.protected
  break_glass_role_arns       = var.break_glass_role_arns
  audit_writer_role_arns      = local.audit_writer_role_arns
  store_writer_role_arns      = distinct(local.store_writer_role_arns)
  session_writer_role_arns    = local.session_writer_role_arns
  reader_role_arns            = var.reader_role_arns
  trail_arns                  = local.trail_arns
  kms_key_arns                = module.keys.key_arns
  replica_kms_key_arns        = local.is_replicated ? module.replica_keys[0].key_arns : {}
  archive_after_days          = var.archive_after_days

  named_store_writer_role_arns = local.named_store_writer_role_arns
}

module "watch" {
  source = "../../modules/meta-audit"

  providers = { aws = aws, aws.global = aws.global }

  name         = var.name
  tags         = var.tags
  environment  = var.environment
  partition    = var.partition
  region       = var.region
  account_id   = var.account_id
  logs_key_arn = module.keys.key_arns["logs"]
  trail = {
    bucket_name = module.store.bucket_names["trail"]
    kms_key_arn = module.keys.key_arns["trail"]
  }
  data_event_bucket_arns = concat(
    [for purpose in ["audit", "sessions"] : "arn:${var.partition}:s3:::${var.name}-${purpose}-${var.account_id}"],
    [for purpose in ["audit", "sessions", "trail"] : "arn:${var.partition}:s3:::${var.name}-${purpose}-replica-${var.account_id}" if local.is_replicated],
  )
  trail_bucket_arn      = "arn:${var.partition}:s3:::${var.name}-trail-${var.account_id}"
  break_glass_role_arns = var.break_glass_role_arns
  heartbeat_bucket_name = module.store.bucket_names["audit"]
  heartbeat_minutes     = var.heartbeat_minutes
  replications = [for purpose in ["audit", "sessions", "trail"] : {
    source_bucket_name  = "${var.name}-${purpose}-${var.account_id}"
    replica_bucket_name = "${var.name}-${purpose}-replica-${var.account_id}"
    rule_id             = "everything"
  } if local.is_replicated]
  alert_emails      = var.alert_emails
  alert_target_arns = var.alert_target_arns
}

module "forward_replica" {
  source = "../../modules/meta-audit/forward"

  providers = { aws = aws.replica }

  name     = var.name
  tags     = var.tags
  patterns = { for watch, pattern in module.watch.replica_patterns : watch => pattern if local.is_replicated && var.replica_region != var.region }
  bus_arn  = module.watch.home_bus_arn
  role_arn = module.watch.forward_role_arn
}
