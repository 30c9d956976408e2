locals {
  via_s3 = "s3.${var.region}.${local.dns_suffix}"

  # A bucket with a bucket key is its own encryption context, one without has the object in it: both are named, and both are ours.
  bucket_contexts = {
    for purpose in ["audit", "sessions", "trail"] : purpose => flatten([
      for bucket in ["${var.name}-${purpose}-${var.account_id}", "${var.name}-${purpose}-replica-${var.account_id}"] : [
        "arn:${var.partition}:s3:::${bucket}",
        "arn:${var.partition}:s3:::${bucket}/*",
      ]
    ])
  }

  audit_use      = concat(local.use["audit"], local.shared_use["audit"])
  recording_use  = concat(local.use["sessions"], local.shared_use["sessions"])
  trail_use      = concat(local.cloudtrail_use, local.shared_use["trail"])
  trail_copy_use = local.shared_use["trail"]

  writers = { audit = var.audit_writer_role_arns, sessions = var.session_writer_role_arns }

  # Accounts are the principals and the condition names the role: a policy that names a role is refused while the role is not there,
  # and the archive comes before what writes to it.
  use = {
    for purpose, arns in local.writers : purpose => [for statement in [{
      Sid       = "WriteThroughS3"
      Effect    = "Allow"
      Principal = { AWS = local.accounts_of[purpose] }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = "*"
      Condition = {
        ArnEquals    = { "aws:PrincipalArn" = arns }
        StringEquals = { "kms:ViaService" = local.via_s3 }
        StringLike   = { "kms:EncryptionContext:aws:s3:arn" = local.bucket_contexts[purpose] }
      }
    }] : statement if length(arns) > 0]
  }

  accounts_of = {
    for purpose, arns in merge(local.writers, { readers = var.reader_role_arns, replication = var.replication_role_arns }) :
    purpose => distinct([for arn in arns : "arn:${var.partition}:iam::${split(":", arn)[4]}:root"])
  }

  shared_use = {
    for purpose in ["audit", "sessions", "trail"] : purpose => concat(
      [for statement in [{
        Sid       = "ReadThroughS3"
        Effect    = "Allow"
        Principal = { AWS = local.accounts_of.readers }
        Action    = ["kms:Decrypt"]
        Resource  = "*"
        Condition = {
          ArnEquals    = { "aws:PrincipalArn" = var.reader_role_arns }
          StringEquals = { "kms:ViaService" = local.via_s3 }
          StringLike   = { "kms:EncryptionContext:aws:s3:arn" = local.bucket_contexts[purpose] }
        }
      }] : statement if length(var.reader_role_arns) > 0],
      [for statement in [{
        Sid       = "CopyThroughS3"
        Effect    = "Allow"
        Principal = { AWS = local.accounts_of.replication }
        Action    = var.role == "replica" ? ["kms:Encrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"]
        Resource  = "*"
        Condition = {
          ArnEquals    = { "aws:PrincipalArn" = var.replication_role_arns }
          StringEquals = { "kms:ViaService" = local.via_s3 }
          StringLike   = { "kms:EncryptionContext:aws:s3:arn" = local.bucket_contexts[purpose] }
        }
      }] : statement if length(var.replication_role_arns) > 0],
    )
  }

  cloudtrail_use = concat(
    [for statement in [{
      Sid       = "EncryptTrails"
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = ["kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = {
        ArnEquals  = { "aws:SourceArn" = var.trail_arns }
        StringLike = { "kms:EncryptionContext:aws:cloudtrail:arn" = var.trail_arns }
      }
    }] : statement if length(var.trail_arns) > 0],
    # A bucket with a bucket key asks for more than encryption: without Decrypt CloudTrail refuses to make the trail.
    [for statement in [{
      Sid       = "LetCloudTrailSeeTheKey"
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:DescribeKey"]
      Resource  = "*"
      Condition = { ArnEquals = { "aws:SourceArn" = var.trail_arns } }
    }] : statement if length(var.trail_arns) > 0],
  )
}
