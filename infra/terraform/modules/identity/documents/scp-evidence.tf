locals {
  scp_evidence = [
    {
      Sid      = "VersionsStay"
      Effect   = "Deny"
      Action   = ["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"]
      Resource = [for bucket in local.buckets : "${bucket}/*"]
    },
    # A lock holds what was written; the default for what comes next can be weakened through any of these.
    {
      Sid    = "BucketsStay"
      Effect = "Deny"
      Action = [
        "s3:DeleteBucket*",
        "s3:PutAccelerateConfiguration",
        "s3:PutBucket*",
        "s3:PutEncryptionConfiguration",
        "s3:PutInventoryConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutReplicationConfiguration",
      ]
      Resource  = local.buckets
      Condition = local.but_break_glass
    },
    # It alone changes what stands here, and nobody takes it without a second factor. Whoever deploys could otherwise let himself in: the
    # role is made before this is attached.
    {
      Sid    = "BreakGlassStays"
      Effect = "Deny"
      Action = [
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:Delete*",
        "iam:DetachRolePolicy",
        "iam:PassRole",
        "iam:Put*",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:Update*",
      ]
      Resource  = local.own["break-glass"]
      Condition = local.but_break_glass
    },
    {
      Sid    = "KeysStay"
      Effect = "Deny"
      Action = [
        "kms:DeleteAlias",
        "kms:DeleteImportedKeyMaterial",
        "kms:DisableKey",
        "kms:DisableKeyRotation",
        "kms:ScheduleKeyDeletion",
        "kms:UpdateAlias",
      ]
      Resource  = "*"
      Condition = local.but_break_glass
    },
    {
      Sid       = "KeyPolicies"
      Effect    = "Deny"
      Action    = ["kms:CreateGrant", "kms:PutKeyPolicy", "kms:RevokeGrant"]
      Resource  = "*"
      Condition = merge(local.but_builders, { BoolIfExists = { "kms:GrantIsForAWSResource" = "false" } })
    },
    # On file systems lie the keys with which gateway and witness sign: another policy, access point or copy hands these out. Making one that is
    # empty is left open: what brings a backup back does so.
    {
      Sid    = "FilesAsBuilt"
      Effect = "Deny"
      Action = [
        "backup:StartCopyJob",
        "backup:StartRestoreJob",
        "elasticfilesystem:CreateAccessPoint",
        "elasticfilesystem:CreateMountTarget",
        "elasticfilesystem:CreateReplicationConfiguration",
        "elasticfilesystem:Delete*",
        "elasticfilesystem:Modify*",
        "elasticfilesystem:Put*",
        "elasticfilesystem:Update*",
      ]
      Resource  = "*"
      Condition = local.but_builders
    },
    {
      Sid    = "RecordingStays"
      Effect = "Deny"
      Action = [
        "cloudtrail:Delete*",
        "cloudtrail:StopLogging",
        "config:Delete*",
        "config:StopConfigurationRecorder",
        "firehose:DeleteDeliveryStream",
        "firehose:StopDeliveryStreamEncryption",
        "guardduty:Delete*",
        "guardduty:Disassociate*",
        "guardduty:StopMonitoringMembers",
      ]
      Resource  = "*"
      Condition = local.but_break_glass
    },
    {
      Sid    = "RecordingAsBuilt"
      Effect = "Deny"
      Action = [
        "cloudtrail:PutEventSelectors",
        "cloudtrail:UpdateTrail",
        "config:Put*",
        "firehose:StartDeliveryStreamEncryption",
        "firehose:UpdateDestination",
        "guardduty:Update*",
      ]
      Resource  = "*"
      Condition = local.but_builders
    },
    {
      Sid    = "LogsAsBuilt"
      Effect = "Deny"
      Action = [
        "logs:AssociateKmsKey",
        "logs:DeleteLog*",
        "logs:DeleteMetricFilter",
        "logs:DeleteSubscriptionFilter",
        "logs:DisassociateKmsKey",
        "logs:PutDataProtectionPolicy",
        "logs:PutMetricFilter",
        "logs:PutRetentionPolicy",
        "logs:PutSubscriptionFilter",
      ]
      Resource = [
        "${local.arn}:logs:*:*:log-group:/${var.name}/*",
        "${local.arn}:logs:*:*:log-group:/aws/vendedlogs/${var.name}/*",
        "${local.arn}:logs:*:*:log-group:/aws/vendedlogs/states/${var.name}-*",
      ]
      Condition = local.but_builders
    },
    # These know no resource, or one that need not be ours: a rule that is silent about all alarms names none of them.
    {
      Sid       = "NoSilence"
      Effect    = "Deny"
      Action    = ["cloudwatch:PutAlarmMuteRule", "logs:DeleteResourcePolicy", "logs:PutAccountPolicy"]
      Resource  = "*"
      Condition = local.but_builders
    },
    {
      Sid    = "AlarmsAsBuilt"
      Effect = "Deny"
      Action = [
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DisableAlarmActions",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:SetAlarmState",
        "events:DeleteRule",
        "events:DisableRule",
        "events:PutRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "sns:DeleteTopic",
        "sns:PutDataProtectionPolicy",
        "sns:RemovePermission",
        "sns:SetSubscriptionAttributes",
        "sns:SetTopicAttributes",
        "sns:Unsubscribe",
      ]
      Resource = [
        "${local.arn}:cloudwatch:*:*:alarm:${var.name}-*",
        "${local.arn}:events:*:*:rule/${var.name}-*",
        "${local.arn}:sns:*:*:${var.name}-*",
        # Systems Manager asks for an approval by a topic whose name begins so.
        "${local.arn}:sns:*:*:Automation-${var.name}-*",
      ]
      Condition = local.but_builders
    },
  ]
}
