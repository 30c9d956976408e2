locals {
  iam     = "arn:${var.partition}:iam::${var.account_id}"
  regions = { StringEquals = { "aws:RequestedRegion" = var.region } }

  # What a program of the deployment may need at most. No role of it makes, changes or takes on another.
  common = [
    {
      Sid    = "Evidence"
      Effect = "Allow"
      Action = [
        "cloudwatch:PutMetricData",
        "firehose:DescribeDeliveryStream",
        "firehose:PutRecord",
        "firehose:PutRecordBatch",
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
      ]
      Resource  = "*"
      Condition = local.regions
    },
    {
      Sid    = "Keys"
      Effect = "Allow"
      Action = [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ]
      Resource  = "*"
      Condition = local.regions
    },
    {
      Sid       = "ReadObjects"
      Effect    = "Allow"
      Action    = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:ResourceAccount" = var.account_id } }
    },
    # The bucket of the archive is another account's: its name and its own policy say which one.
    {
      Sid      = "Store"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = "arn:${var.partition}:s3:::${var.name}-*/logs/*"
    },
    {
      Sid       = "ListStore"
      Effect    = "Allow"
      Action    = "s3:ListBucket"
      Resource  = "arn:${var.partition}:s3:::${var.name}-*"
      Condition = { StringLike = { "s3:prefix" = "logs/*" } }
    },
    {
      Sid    = "Channel"
      Effect = "Allow"
      Action = [
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
        "sts:GetCallerIdentity",
      ]
      Resource  = "*"
      Condition = local.regions
    },
  ]

  never = [
    {
      Sid    = "NobodyElse"
      Effect = "Deny"
      Action = [
        "iam:*",
        "organizations:*",
        "sso:*",
        "sts:AssumeRole*",
        "sts:GetFederationToken",
        "sts:GetSessionToken",
      ]
      NotResource = "${local.iam}:role/${var.name}-*"
    },
    {
      Sid       = "NoOwnRights"
      Effect    = "Deny"
      NotAction = "iam:PassRole"
      Resource  = [for kind in ["group", "instance-profile", "mfa", "oidc-provider", "policy", "role", "saml-provider", "server-certificate", "user"] : "${local.iam}:${kind}/*"]
    },
    {
      Sid      = "NoOtherWayToModels"
      Effect   = "Deny"
      Action   = ["bedrock-mantle:*", "bedrock:CallWithBearerToken", "bedrock:Create*", "bedrock:Update*", "bedrock:Delete*", "bedrock:Put*", "sagemaker:*"]
      Resource = "*"
    },
  ]

  services = [
    {
      Sid    = "Services"
      Effect = "Allow"
      Action = [
        "bedrock:ApplyGuardrail",
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
      ]
      Resource = "*"
    },
    {
      Sid    = "Tasks"
      Effect = "Allow"
      Action = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "elasticfilesystem:ClientMount",
        "elasticfilesystem:ClientRootAccess",
        "elasticfilesystem:ClientWrite",
        "rds-db:connect",
        "ecs:DescribeTasks",
        "ecs:ListTasks",
        "ecs:RunTask",
        "ecs:StopTask",
        "ecs:TagResource",
        "events:PutEvents",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
        "secretsmanager:GetSecretValue",
      ]
      Resource  = "*"
      Condition = local.regions
    },
    {
      Sid      = "HandOwnRoles"
      Effect   = "Allow"
      Action   = "iam:PassRole"
      Resource = "${local.iam}:role/${var.name}-*"
    },
    {
      Sid    = "Archive"
      Effect = "Allow"
      Action = [
        "s3:AbortMultipartUpload",
        "s3:GetBucketLocation",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:PutObject",
        "s3:PutObjectAcl",
      ]
      Resource = ["arn:${var.partition}:s3:::${var.name}-*"]
    },
  ]

  # A host can be talked into running anything, so its role reaches no model, whatever is attached to it.
  no_models = [
    {
      Sid      = "NoModels"
      Effect   = "Deny"
      Action   = "bedrock:*"
      Resource = "*"
    },
  ]
}
