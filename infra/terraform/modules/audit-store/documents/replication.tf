locals {
  replication_role_arn = "arn:${var.partition}:iam::${var.account_id}:role/${var.name}-archive-replication"

  source_arns  = [for name in values(local.bucket_names) : local.arns[name]]
  replica_arns = [for name in values(local.replica_names) : local.arns[name]]

  copy_rules = {
    for purpose, name in local.replica_names : purpose => [
      {
        Sid       = "WriteNothingDirectly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local.arns[name]}/*"
      },
      {
        Sid       = "CopyByReplicationAlone"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
        Resource  = "${local.arns[name]}/*"
        Condition = { ArnNotEquals = { "aws:PrincipalArn" = local.replication_role_arn } }
      },
    ]
  }

  # No condition: a role can be handed to S3 in its own account alone, and S3 is not documented to say for which bucket it takes one. For
  # another bucket of that account its policy says it.
  replication_trust = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  }

  replication_policy = {
    Version = "2012-10-17"
    Statement = [
      # The policy of another bucket could let the role read there, and what it read it would write among the copies.
      {
        Sid         = "NoOtherBucket"
        Effect      = "Deny"
        Action      = "s3:*"
        NotResource = flatten([for arn in concat(local.source_arns, local.replica_arns) : [arn, "${arn}/*"]])
      },
      {
        Sid      = "SeeWhatToCopy"
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = local.source_arns
      },
      {
        Sid    = "ReadVersionsAndTheirLocks"
        Effect = "Allow"
        Action = [
          "s3:GetObjectLegalHold",
          "s3:GetObjectRetention",
          "s3:GetObjectVersionAcl",
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionTagging",
        ]
        Resource = [for arn in local.source_arns : "${arn}/*"]
      },
      {
        Sid      = "WriteCopies"
        Effect   = "Allow"
        Action   = ["s3:ReplicateObject", "s3:ReplicateTags"]
        Resource = [for arn in local.replica_arns : "${arn}/*"]
      },
      {
        Sid       = "Decrypt"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = values(var.kms_key_arns)
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
      {
        Sid       = "EncryptCopies"
        Effect    = "Allow"
        Action    = ["kms:Encrypt", "kms:GenerateDataKey"]
        Resource  = values(var.replica_kms_key_arns)
        Condition = { StringEquals = { "kms:ViaService" = "s3.${coalesce(var.replica_region, "none")}.amazonaws.com" } }
      },
    ]
  }
}
