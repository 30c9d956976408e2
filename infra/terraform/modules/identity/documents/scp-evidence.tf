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
      ]
      Condition = local.but_builders
    },
  ]
}
