locals {
  log_group_prefixes = length(var.log_group_prefixes) > 0 ? var.log_group_prefixes : ["/${var.name}/", "/aws/vendedlogs/${var.name}/"]

  log_statements = [{
    Sid       = "EncryptLogGroups"
    Effect    = "Allow"
    Principal = { Service = "logs.${var.region}.${local.dns_suffix}" }
    Action    = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    Resource  = "*"
    # Without this any account's log group could be encrypted with our key.
    Condition = {
      ArnLike = {
        "kms:EncryptionContext:aws:logs:arn" = [
          for prefix in local.log_group_prefixes : "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:${prefix}*"
        ]
      }
    }
  }]

  log_use = concat(local.log_statements, [
    {
      Sid       = "PublishAlarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    },
    # EventBridge says neither account nor rule when it publishes to an encrypted topic: with a condition no event would arrive.
    {
      Sid       = "PublishEvents"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
    },
    {
      Sid       = "PublishByPoliciesOfTheAccount"
      Effect    = "Allow"
      Principal = { AWS = local.root }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = { StringEquals = { "kms:ViaService" = "sns.${var.region}.${local.dns_suffix}" } }
    },
  ])

  # The workload's own data and the live stream of a session are used by many services in the name of many roles: their policies
  # decide. Grants go to services alone.
  delegated_use = [
    {
      Sid       = "UseByPoliciesOfTheAccount"
      Effect    = "Allow"
      Principal = { AWS = local.root }
      Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      Resource  = "*"
    },
    {
      Sid       = "GrantToServices"
      Effect    = "Allow"
      Principal = { AWS = local.root }
      Action    = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
      Resource  = "*"
      Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
    },
  ]

  # Auto Scaling starts hosts with encrypted disks as its service-linked role, whose own policy cannot be changed: the key's must name it.
  auto_scaling = {
    StringEquals = { "kms:CallerAccount" = var.account_id }
    ArnEquals = {
      "aws:PrincipalArn" = "arn:${var.partition}:iam::${var.account_id}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    }
  }

  data_use = concat(local.delegated_use, [
    {
      Sid       = "StartHostsWithEncryptedDisks"
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      Resource  = "*"
      Condition = local.auto_scaling
    },
    {
      Sid       = "AttachEncryptedDisks"
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = ["kms:CreateGrant"]
      Resource  = "*"
      Condition = merge(local.auto_scaling, { Bool = { "kms:GrantIsForAWSResource" = "true" } })
    },
  ])

  session_use = concat(local.delegated_use, local.log_statements)
}
