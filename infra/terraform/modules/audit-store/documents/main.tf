locals {
  purposes      = ["audit", "sessions", "trail"]
  bucket_names  = { for purpose in local.purposes : purpose => "${var.name}-${purpose}-${var.account_id}" }
  replica_names = { for purpose in local.purposes : purpose => "${var.name}-${purpose}-replica-${var.account_id}" if var.replica_region != null }
  key_arns = merge(
    { for purpose, name in local.bucket_names : name => var.kms_key_arns[purpose] },
    { for purpose, name in local.replica_names : name => var.replica_kms_key_arns[purpose] },
  )
  arns = { for name in keys(local.key_arns) : name => "arn:${var.partition}:s3:::${name}" }

  # The digests of a trail are written with the key of S3 itself, whatever key the trail has. Digests hold hashes and their signature.
  encryptions = {
    for name in keys(local.key_arns) : name => contains([local.bucket_names.trail, lookup(local.replica_names, "trail", null)], name) ? ["aws:kms", "AES256"] : ["aws:kms"]
  }

  # What holds for every bucket and every copy.
  shared_denials = {
    for name, arn in local.arns : name => concat(
      [
        {
          Sid       = "RefusePlainText"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:*"
          Resource  = [arn, "${arn}/*"]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
        {
          Sid       = "RefuseOldTls"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:*"
          Resource  = [arn, "${arn}/*"]
          Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
        },
        # A request that names no encryption gets that of the bucket. One that names another would leave a record that nobody can read,
        # or that another key's owner can destroy.
        {
          Sid       = "RefuseOtherEncryption"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:PutObject"
          Resource  = "${arn}/*"
          Condition = {
            Null            = { "s3:x-amz-server-side-encryption" = "false" }
            StringNotEquals = { "s3:x-amz-server-side-encryption" = local.encryptions[name] }
          }
        },
        {
          Sid       = "RefuseOtherKeys"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:PutObject"
          Resource  = "${arn}/*"
          Condition = {
            Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
            StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = local.key_arns[name] }
          }
        },
        # Replication writes by actions of its own, for whoever has a bucket in this account and a role to hand to S3: what he puts there would
        # come here under its name, as the newest version. And what is encrypted anew, with a key that is destroyed afterwards, is locked as before.
        {
          Sid       = "NoOtherWrites"
          Effect    = "Deny"
          Principal = "*"
          Action = concat(
            ["s3:PutObject*Annotation", "s3:PutObject*Tagging", "s3:UpdateObjectEncryption"],
            [for action in ["s3:Replicate*"] : action if contains(values(local.bucket_names), name)],
          )
          Resource = "${arn}/*"
        },
      ],
      [for statement in [{
        Sid       = "RefuseOtherOrganizations"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [arn, "${arn}/*"]
        Condition = {
          StringNotEqualsIfExists = { "aws:PrincipalOrgID" = var.org_id }
          BoolIfExists            = { "aws:PrincipalIsAWSService" = "false" }
        }
      }] : statement if var.org_id != null],
      [for statement in local.protections[name] : statement if var.protected],
    )
  }

  protections = {
    for name, arn in local.arns : name => [
      # Nobody, the break-glass roles neither: who must delete has to change this policy first, and that raises an alarm. A marker that
      # comes by replication hides as well as one that is put here.
      {
        Sid       = "DeleteNothing"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:BypassGovernanceRetention", "s3:DeleteBucket", "s3:DeleteObject*", "s3:ReplicateDelete"]
        Resource  = [arn, "${arn}/*"]
      },
      # The lock of what was written holds by itself. The bucket's default for what comes next can be weakened by whoever may configure
      # the bucket, a request can name a shorter lock for its object, and a lifecycle rule can wait for the lock to end.
      {
        Sid       = "KeepTheSettings"
        Effect    = "Deny"
        Principal = "*"
        Action = [
          "s3:DeleteBucketPolicy",
          "s3:PauseReplication",
          "s3:PutBucketAcl",
          "s3:PutBucketNotification",
          "s3:PutBucketObjectLockConfiguration",
          "s3:PutBucketOwnershipControls",
          "s3:PutBucketPolicy",
          "s3:PutBucketPublicAccessBlock",
          "s3:PutBucketVersioning",
          "s3:PutEncryptionConfiguration",
          "s3:PutInventoryConfiguration",
          "s3:PutLifecycleConfiguration",
          "s3:PutObjectLegalHold",
          "s3:PutObjectRetention",
          "s3:PutReplicationConfiguration",
        ]
        Resource  = [arn, "${arn}/*"]
        Condition = { ArnNotEquals = { "aws:PrincipalArn" = var.break_glass_role_arns } }
      },
    ]
  }

  reader_accounts = distinct([for arn in var.reader_role_arns : "arn:${var.partition}:iam::${split(":", arn)[4]}:root"])

  read_rules = {
    for name, arn in local.arns : name => [for statement in [
      {
        Sid       = "LetReadersRead"
        Effect    = "Allow"
        Principal = { AWS = local.reader_accounts }
        Action    = ["s3:GetObject", "s3:GetObjectRetention", "s3:GetObjectVersion"]
        Resource  = "${arn}/*"
        Condition = { ArnEquals = { "aws:PrincipalArn" = var.reader_role_arns } }
      },
      {
        Sid       = "LetReadersList"
        Effect    = "Allow"
        Principal = { AWS = local.reader_accounts }
        Action    = ["s3:GetBucketLocation", "s3:GetBucketObjectLockConfiguration", "s3:ListBucket", "s3:ListBucketVersions"]
        Resource  = arn
        Condition = { ArnEquals = { "aws:PrincipalArn" = var.reader_role_arns } }
      },
    ] : statement if length(var.reader_role_arns) > 0]
  }
}
