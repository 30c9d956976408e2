locals {
  stream_arns = {
    for purpose in ["audit", "sessions"] :
    purpose => "arn:${var.partition}:firehose:${var.region}:${var.account_id}:deliverystream/${var.name}-${purpose}"
  }

  destinations = {
    audit    = { bucket = var.archive.audit_bucket_arn, key = var.archive.audit_key_arn }
    sessions = { bucket = var.archive.sessions_bucket_arn, key = var.archive.sessions_key_arn }
  }

  # Firehose takes a role for anybody's stream: without a condition, another account could write with ours. It says whose stream it is
  # in one of two ways, and either is enough.
  stream_trust = {
    for purpose, arn in local.stream_arns : purpose => {
      Version = "2012-10-17"
      Statement = [
        for condition in [
          {
            ArnEquals    = { "aws:SourceArn" = arn }
            StringEquals = { "aws:SourceAccount" = var.account_id }
          },
          {
            StringEquals = { "sts:ExternalId" = var.account_id }
          },
          ] : {
          Effect    = "Allow"
          Principal = { Service = "firehose.amazonaws.com" }
          Action    = "sts:AssumeRole"
          Condition = condition
        }
      ]
    }
  }

  stream_policies = {
    for purpose, to in local.destinations : purpose => {
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "WriteObjects"
          Effect   = "Allow"
          Action   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"]
          Resource = [for folder in ["records", "errors"] : "${to.bucket}/${folder}/*"]
          Condition = {
            StringEquals = { "aws:ResourceAccount" = var.archive.account_id }
          }
        },
        {
          Sid      = "SeeTheBucket"
          Effect   = "Allow"
          Action   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
          Resource = to.bucket
          Condition = {
            StringEquals = { "aws:ResourceAccount" = var.archive.account_id }
          }
        },
        {
          Sid      = "EncryptObjects"
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = to.key
          Condition = {
            StringLike = { "kms:EncryptionContext:aws:s3:arn" = [to.bucket, "${to.bucket}/*"] }
          }
        },
        {
          Sid      = "TellOfErrors"
          Effect   = "Allow"
          Action   = "logs:PutLogEvents"
          Resource = "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:/${var.name}/firehose:log-stream:${purpose}"
        },
      ]
    }
  }

  subscription_trust = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:logs:${var.region}:${var.account_id}:*" }
        StringEquals = { "aws:SourceAccount" = var.account_id }
      }
    }]
  }

  subscription_policy = {
    Version = "2012-10-17"
    Statement = [{
      Sid      = "CarryRecordings"
      Effect   = "Allow"
      Action   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
      Resource = local.stream_arns.sessions
    }]
  }

  put_policy = {
    Version = "2012-10-17"
    Statement = [{
      Sid      = "DeliverTheAuditLog"
      Effect   = "Allow"
      Action   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
      Resource = local.stream_arns.audit
    }]
  }
}
