locals {
  stream_writers = { audit = var.audit_writer_role_arns, sessions = var.session_writer_role_arns }

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

  # A folder for each session of a role: all hosts have one role, and what tells them apart is the name of the session, which AWS makes
  # from the id of the instance. A gateway's log outlives its tasks: its folder is the role's, by a name and the account, which only
  # AWS says of a caller. A caller whom AWS does not name so has no folder.
  #
  # `mark` tells the statements of each group apart, for two may not have one name.
  store_groups = {
    audit = [for group in concat(
      [{ mark = "", folder = "logs/$${aws:userid}", arns = var.store_writer_role_arns }],
      [for at, name in keys(var.named_store_writer_role_arns) : {
        mark   = tostring(at + 1)
        folder = "logs/${name}-$${aws:PrincipalAccount}"
        arns   = var.named_store_writer_role_arns[name]
      }],
    ) : merge(group, { accounts = distinct([for arn in group.arns : "arn:${var.partition}:iam::${split(":", arn)[4]}:root"]) }) if length(group.arns) > 0]
    sessions = []
  }
  store_writers = { for purpose, groups in local.store_groups : purpose => flatten([for group in groups : group.arns]) }

  # Records by Firehose alone cannot be verified: a store has their tiles and checkpoints beside them. Its writers look at what they
  # wrote before they go on, and name no lock: to name one is to choose one, and the bucket's is longer than any of theirs.
  store_rules = {
    for purpose, groups in local.store_groups : purpose => flatten([for group in groups : [
      {
        Sid       = "LetStoresGrow${group.mark}"
        Effect    = "Allow"
        Principal = { AWS = group.accounts }
        Action    = ["s3:GetObject", "s3:PutObject"]
        Resource  = "${local.arns[local.bucket_names[purpose]]}/${group.folder}/*"
        Condition = { ArnEquals = { "aws:PrincipalArn" = group.arns } }
      },
      # Without it S3 answers that what is missing is forbidden, and a log could not begin.
      {
        Sid       = "LetStoresBeListed${group.mark}"
        Effect    = "Allow"
        Principal = { AWS = group.accounts }
        Action    = "s3:ListBucket"
        Resource  = local.arns[local.bucket_names[purpose]]
        Condition = {
          ArnEquals  = { "aws:PrincipalArn" = group.arns }
          StringLike = { "s3:prefix" = "${group.folder}/*" }
        }
      },
      # A store grows by new keys; only the name of its newest checkpoint is written again.
      {
        Sid         = "ReplaceNothing${group.mark}"
        Effect      = "Deny"
        Principal   = "*"
        Action      = "s3:PutObject"
        NotResource = "${local.arns[local.bucket_names[purpose]]}/${group.folder}/*/checkpoint"
        Condition = {
          ArnEquals = { "aws:PrincipalArn" = group.arns }
          Null      = { "s3:if-none-match" = "true" }
        }
      },
      # In one account the role's own policy would be enough: what is not of the caller's own store is denied here whoever wrote that. So
      # nobody reads, hides or begins what is another's.
      {
        Sid         = "KeepStoresToTheirFolder${group.mark}"
        Effect      = "Deny"
        Principal   = "*"
        Action      = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        NotResource = "${local.arns[local.bucket_names[purpose]]}/${group.folder}/*"
        Condition   = { ArnEquals = { "aws:PrincipalArn" = group.arns } }
      },
    ]])
  }

  stream_accounts = {
    for purpose, arns in local.stream_writers :
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
