locals {
  is_replicated = var.replica_region != null
  names         = module.documents.bucket_names
  replica_names = module.documents.replica_bucket_names
}

module "documents" {
  source = "./documents"

  name                     = var.name
  partition                = var.partition
  region                   = var.region
  account_id               = var.account_id
  org_id                   = var.org_id
  replica_region           = var.replica_region
  break_glass_role_arns    = var.break_glass_role_arns
  protected                = var.protected
  audit_writer_role_arns   = var.audit_writer_role_arns
  store_writer_role_arns   = var.store_writer_role_arns
  session_writer_role_arns = var.session_writer_role_arns

  named_store_writer_role_arns = var.named_store_writer_role_arns

  trail_arns           = var.trail_arns
  reader_role_arns     = var.reader_role_arns
  kms_key_arns         = var.kms_key_arns
  replica_kms_key_arns = var.replica_kms_key_arns
}

module "bucket" {
  source   = "./locked-bucket"
  for_each = local.names

  bucket_name        = each.value
  kms_key_arn        = var.kms_key_arns[each.key]
  lock_mode          = var.lock_mode
  retention_years    = var.retention_years
  retention_days     = var.retention_days
  archive_after_days = var.archive_after_days
  tags               = merge(var.tags, { Name = each.value })
}

# INVARIANT: a policy is put last. It refuses every later change of what comes before it.
resource "aws_s3_bucket_policy" "this" {
  for_each = module.bucket

  bucket = each.value.name
  policy = module.documents.bucket_policies[each.key]

  depends_on = [aws_s3_bucket_replication_configuration.this]
}
