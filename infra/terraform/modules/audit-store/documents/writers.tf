locals {
  stream_writers = { audit = var.audit_writer_role_arns, sessions = var.session_writer_role_arns }
  store_writers  = { audit = var.store_writer_role_arns, sessions = [] }

  write_rules = merge(local.stream_rules, { trail = local.trail_rules })

  # Accounts are the principals and the condition names the role: S3 refuses a policy that names a role which is not there yet.
  stream_rules = {
    for purpose, arns in local.stream_writers : purpose => concat(
      [{
        Sid       = "WriteByNamedRolesAlone"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local.arns[local.bucket_names[purpose]]}/*"
        Condition = { ArnNotEquals = { "aws:PrincipalArn" = concat(arns, local.store_writers[purpose]) } }
      }],
      [for statement in [
        {
          Sid       = "LetFirehoseWrite"
          Effect    = "Allow"
          Principal = { AWS = local.stream_accounts[purpose] }
          Action    = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"]
          Resource  = [for folder in ["records", "errors"] : "${local.arns[local.bucket_names[purpose]]}/${folder}/*"]
          Condition = { ArnEquals = { "aws:PrincipalArn" = arns } }
        },
        {
          Sid       = "LetFirehoseSeeTheBucket"
          Effect    = "Allow"
          Principal = { AWS = local.stream_accounts[purpose] }
          Action    = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
          Resource  = local.arns[local.bucket_names[purpose]]
          Condition = { ArnEquals = { "aws:PrincipalArn" = arns } }
        },
      ] : statement if length(arns) > 0],
      local.store_rules[purpose],
    )
  }

  # Records by Firehose alone cannot be verified: a store has their tiles and checkpoints beside them. Its writers look at what they
  # wrote before they go on, and name no lock: to name one is to choose one, and the bucket's is longer than any of theirs.
  store_rules = {
    for purpose, arns in local.store_writers : purpose => [for statement in [
      {
        Sid       = "LetStoresGrow"
        Effect    = "Allow"
        Principal = { AWS = local.store_accounts[purpose] }
        Action    = ["s3:GetObject", "s3:PutObject"]
        Resource  = "${local.arns[local.bucket_names[purpose]]}/logs/*"
        Condition = { ArnEquals = { "aws:PrincipalArn" = arns } }
      },
      # Without it S3 answers that what is missing is forbidden, and a log could not begin.
      {
        Sid       = "LetStoresBeListed"
        Effect    = "Allow"
        Principal = { AWS = local.store_accounts[purpose] }
        Action    = "s3:ListBucket"
        Resource  = local.arns[local.bucket_names[purpose]]
        Condition = {
          ArnEquals  = { "aws:PrincipalArn" = arns }
          StringLike = { "s3:prefix" = "logs/*" }
        }
      },
      # A store grows by new keys; only the name of its newest checkpoint is written again. So no host hides what another one wrote.
      {
        Sid         = "ReplaceNothing"
        Effect      = "Deny"
        Principal   = "*"
        Action      = "s3:PutObject"
        NotResource = "${local.arns[local.bucket_names[purpose]]}/logs/*/checkpoint"
        Condition = {
          ArnEquals = { "aws:PrincipalArn" = arns }
          Null      = { "s3:if-none-match" = "true" }
        }
      },
      # In one account the role's own policy would be enough: what is not of its store is denied here whoever wrote that.
      {
        Sid         = "KeepStoresToTheirFolder"
        Effect      = "Deny"
        Principal   = "*"
        Action      = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        NotResource = "${local.arns[local.bucket_names[purpose]]}/logs/*"
        Condition   = { ArnEquals = { "aws:PrincipalArn" = arns } }
      },
    ] : statement if length(arns) > 0]
  }

  stream_accounts = {
    for purpose, arns in local.stream_writers :
    purpose => distinct([for arn in arns : "arn:${var.partition}:iam::${split(":", arn)[4]}:root"])
  }
  store_accounts = {
    for purpose, arns in local.store_writers :
    purpose => distinct([for arn in arns : "arn:${var.partition}:iam::${split(":", arn)[4]}:root"])
  }

  trail_arn = local.arns[local.bucket_names.trail]
  trail_folders = distinct(concat(
    [for arn in var.trail_arns : "${local.trail_arn}/AWSLogs/${split(":", arn)[4]}/*"],
    [for folder in ["${local.trail_arn}/AWSLogs/${coalesce(var.org_id, "none")}/*"] : folder if var.org_id != null],
  ))

  trail_rules = concat(
    [{
      Sid       = "WriteByCloudTrailAlone"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "${local.trail_arn}/*"
      Condition = { StringNotEquals = { "aws:PrincipalServiceName" = "cloudtrail.amazonaws.com" } }
    }],
    # The service writes for anybody who asks it to: the source says that it was asked by one of our trails.
    [for statement in [
      {
        Sid       = "LetCloudTrailWrite"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = local.trail_folders
        Condition = {
          ArnEquals    = { "aws:SourceArn" = var.trail_arns }
          StringEquals = { "s3:x-amz-acl" = "bucket-owner-full-control" }
        }
      },
      {
        Sid       = "LetCloudTrailSeeTheBucket"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local.trail_arn
        Condition = { ArnEquals = { "aws:SourceArn" = var.trail_arns } }
      },
    ] : statement if length(var.trail_arns) > 0],
  )
}
