locals {
  root       = "arn:${var.partition}:iam::${var.account_id}:root"
  dns_suffix = var.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"

  # Every key: who administers it may not use it, so that the right to edit policies is not the right to read logs. Grants are left
  # out for the same reason: a grant would give the use of the key to anybody.
  administration = concat([
    {
      Sid       = "AdministerWithoutUse"
      Effect    = "Allow"
      Principal = { AWS = local.root }
      Action = [
        "kms:CancelKeyDeletion",
        "kms:CreateAlias",
        "kms:DeleteAlias",
        "kms:Describe*",
        "kms:DisableKey",
        "kms:DisableKeyRotation",
        "kms:EnableKey",
        "kms:EnableKeyRotation",
        "kms:Get*",
        "kms:List*",
        "kms:PutKeyPolicy",
        "kms:RevokeGrant",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:UpdateAlias",
        "kms:UpdateKeyDescription",
      ]
      Resource = "*"
    },
    ], [for statement in [{
      # What a lost key encrypted is lost with it, whatever lock the bucket has.
      Sid       = "KeepTheKey"
      Effect    = "Deny"
      Principal = "*"
      Action = [
        "kms:DisableKey",
        "kms:DisableKeyRotation",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
      ]
      Resource  = "*"
      Condition = { ArnNotEquals = { "aws:PrincipalArn" = var.break_glass_role_arns } }
  }] : statement if var.protected])

  statements = {
    for purpose, uses in {
      workload = { data = local.data_use, sessions = local.session_use, logs = local.log_use }
      archive  = { audit = local.audit_use, sessions = local.recording_use, trail = local.trail_use, logs = local.log_use }
      replica  = { audit = local.audit_use, sessions = local.recording_use, trail = local.trail_copy_use }
    }[var.role] : purpose => concat(local.administration, uses)
  }
}
