module "replica" {
  source   = "./locked-bucket"
  for_each = local.replica_names

  providers = { aws = aws.replica }

  bucket_name        = each.value
  kms_key_arn        = var.replica_kms_key_arns[each.key]
  lock_mode          = var.lock_mode
  retention_years    = var.retention_years
  retention_days     = var.retention_days
  archive_after_days = var.archive_after_days
  tags               = merge(var.tags, { Name = each.value })
}

resource "aws_s3_bucket_policy" "replica" {
  for_each = module.replica
  provider = aws.replica

  bucket = each.value.name
  policy = module.documents.replica_bucket_policies[each.key]
}

resource "aws_iam_role" "replication" {
  count = local.is_replicated ? 1 : 0

  name               = "${var.name}-archive-replication"
  description        = "Copies the log archive to another region"
  assume_role_policy = module.documents.replication_trust_json
  tags               = var.tags
}

resource "aws_iam_role_policy" "replication" {
  count = local.is_replicated ? 1 : 0

  name   = "copy"
  role   = aws_iam_role.replication[0].id
  policy = module.documents.replication_policy_json
}

resource "aws_s3_bucket_replication_configuration" "this" {
  for_each = module.replica

  bucket = module.bucket[each.key].name
  role   = aws_iam_role.replication[0].arn

  rule {
    id     = "everything"
    status = "Enabled"

    filter {}

    # A marker that hides an object here must not hide its copy.
    delete_marker_replication {
      status = "Disabled"
    }

    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }

    destination {
      bucket = each.value.arn

      encryption_configuration {
        replica_kms_key_id = var.replica_kms_key_arns[each.key]
      }

      replication_time {
        status = "Enabled"
        time {
          minutes = 15
        }
      }

      metrics {
        status = "Enabled"
        event_threshold {
          minutes = 15
        }
      }
    }
  }

  depends_on = [aws_iam_role_policy.replication]
}
