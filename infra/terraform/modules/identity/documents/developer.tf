locals {
  # Without the tags in the session the variables stay empty and the statement grants nothing. The second pair is for whoever can
  # change that attribute in the directory: the guard, too, has an account on the host.
  own_host = {
    StringEquals = {
      "ssm:resourceTag/sallyport:owner"   = "$${aws:PrincipalTag/sallyport:owner}"
      "ssm:resourceTag/sallyport:os-user" = "$${aws:PrincipalTag/SSMSessionRunAs}"
    }
    StringLike   = { "aws:PrincipalTag/sallyport:owner" = "?*", "aws:PrincipalTag/SSMSessionRunAs" = "?*" }
    BoolIfExists = { "ssm:SessionDocumentAccessCheck" = "true" }
  }

  developer = concat(
    [
      {
        Sid       = "StartOnOwnHost"
        Effect    = "Allow"
        Action    = "ssm:StartSession"
        Resource  = local.instances
        Condition = local.own_host
      },
      {
        Sid       = "StartWithOurDocument"
        Effect    = "Allow"
        Action    = "ssm:StartSession"
        Resource  = local.documents
        Condition = { BoolIfExists = { "ssm:SessionDocumentAccessCheck" = "true" } }
      },
      # Session Manager names a session after the session of the role, and tags it with the whole user id.
      {
        Sid       = "OwnSessions"
        Effect    = "Allow"
        Action    = ["ssm:ResumeSession", "ssm:TerminateSession"]
        Resource  = local.sessions
        Condition = { StringEquals = { "ssm:resourceTag/aws:ssmmessages:session-id" = "$${aws:userid}" } }
      },
      {
        Sid      = "OwnChannel"
        Effect   = "Allow"
        Action   = "ssmmessages:OpenDataChannel"
        Resource = [for id in var.workload_account_ids : "${local.arn}:ssm:*:${id}:session/$${aws:userid}-*"]
      },
      {
        Sid       = "SessionKey"
        Effect    = "Allow"
        Action    = "kms:GenerateDataKey"
        Resource  = [for id in var.workload_account_ids : "${local.arn}:kms:${var.region}:${id}:key/*"]
        Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${var.name}-sessions" } }
      },
      {
        Sid    = "SeeHosts"
        Effect = "Allow"
        Action = [
          "ec2:DescribeInstances",
          "ssm:DescribeInstanceInformation",
          "ssm:DescribeInstanceProperties",
          "ssm:DescribeSessions",
          "ssm:GetConnectionStatus",
        ]
        Resource = "*"
      },
    ],
    local.no_other_sessions,
    [
      # Another policy that somebody attaches must not open a way around the recorded session, or turn another's host into one's own.
      {
        Sid    = "NoWayAround"
        Effect = "Deny"
        Action = [
          "bedrock-mantle:*",
          "bedrock:*",
          "ec2-instance-connect:*",
          "ec2:CreateTags",
          "ec2:DeleteTags",
          "ec2:GetConsoleOutput",
          "ec2:GetPasswordData",
          "ec2:ModifyInstanceAttribute",
          "ec2:SendSerialConsoleSSHPublicKey",
          "ecs:RunTask",
          "ecs:StartTask",
          "ecs:TagResource",
          "iam:*",
          "lambda:InvokeFunction",
          "ssm:CreateAssociation*",
          "ssm:CreateDocument",
          "ssm:DeleteDocument",
          "ssm:ModifyDocumentPermission",
          "ssm:SendCommand",
          "ssm:StartAccessRequest",
          "ssm:StartAutomationExecution",
          "ssm:UpdateDocument*",
          "sts:AssumeRole*",
        ]
        Resource = "*"
      },
    ],
  )
}
