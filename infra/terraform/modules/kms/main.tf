locals {
  abouts = {
    data     = "disks, file systems and secrets of the workload"
    sessions = "sessions and their recordings"
    logs     = "log groups and alerts"
    audit    = "the audit log"
    trail    = "the log of calls to AWS"
  }
}

module "documents" {
  source = "./documents"

  name                     = var.name
  partition                = var.partition
  region                   = var.region
  account_id               = var.account_id
  role                     = var.role
  break_glass_role_arns    = var.break_glass_role_arns
  protected                = var.protected
  audit_writer_role_arns   = var.audit_writer_role_arns
  session_writer_role_arns = var.session_writer_role_arns
  reader_role_arns         = var.reader_role_arns
  replication_role_arns    = var.replication_role_arns
  trail_arns               = var.trail_arns
  log_group_prefixes       = var.log_group_prefixes
}

resource "aws_kms_key" "this" {
  for_each = module.documents.key_policies

  description             = "${var.name}: ${local.abouts[each.key]}"
  policy                  = each.value
  enable_key_rotation     = true
  deletion_window_in_days = 30

  # KMS refuses a policy that its maker could not change again, and that is what a protected key's policy is.
  bypass_policy_lockout_safety_check = var.protected

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_kms_alias" "this" {
  for_each = aws_kms_key.this

  name          = "alias/${var.name}-${each.key}"
  target_key_id = each.value.key_id
}
