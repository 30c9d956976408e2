locals {
  switch_documents = {
    stop   = flatten([for arn in local.workload : ["${arn}:automation-definition/${var.name}-kill-switch-stop-*", "${arn}:document/${var.name}-kill-switch-stop-*", "${arn}:automation-execution/*"]])
    resume = flatten([for arn in local.workload : ["${arn}:automation-definition/${var.name}-kill-switch-resume:*", "${arn}:document/${var.name}-kill-switch-resume", "${arn}:automation-execution/*"]])
  }

  hand_over = {
    Sid       = "HandRoleToAutomation"
    Effect    = "Allow"
    Action    = "iam:PassRole"
    Resource  = local.kill_switch
    Condition = { StringEquals = { "iam:PassedToService" = "ssm.amazonaws.com" } }
  }

  watch_automation = {
    Sid      = "WatchAutomation"
    Effect   = "Allow"
    Action   = ["ssm:DescribeAutomationExecutions", "ssm:DescribeAutomationStepExecutions", "ssm:GetAutomationExecution"]
    Resource = "*"
  }

  read_evidence = [
    {
      Sid      = "ReadEvidence"
      Effect   = "Allow"
      Action   = ["s3:GetBucketObjectLockConfiguration", "s3:GetBucketPolicy", "s3:GetBucketVersioning", "s3:GetObject", "s3:GetObjectRetention", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions"]
      Resource = concat(local.buckets, [for bucket in local.buckets : "${bucket}/*"])
    },
    {
      Sid       = "OpenEvidence"
      Effect    = "Allow"
      Action    = "kms:Decrypt"
      Resource  = [for id in local.accounts : "${local.arn}:kms:*:${id}:key/*"]
      Condition = { "ForAnyValue:StringLike" = { "kms:ResourceAliases" = "alias/${var.name}-*" } }
    },
    {
      Sid    = "AskEvidence"
      Effect = "Allow"
      Action = [
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetWorkGroup",
        "athena:ListQueryExecutions",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
        "cloudtrail:Describe*",
        "cloudtrail:Get*",
        "cloudtrail:LookupEvents",
        "glue:GetDatabase",
        "glue:GetPartitions",
        "glue:GetTable",
        "glue:GetTables",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:GetQueryResults",
        "logs:StartQuery",
        "logs:StopQuery",
      ]
      Resource = "*"
    },
  ]

  # Whoever reads the log, stops the work or builds the walls works with no agent: one person's mistake is then one mistake.
  no_sessions = {
    Sid      = "NoSessions"
    Effect   = "Deny"
    Action   = ["ssm:StartSession", "ssm:ResumeSession", "ssm:SendCommand", "ecs:ExecuteCommand", "bedrock:InvokeModel*"]
    Resource = "*"
  }

  security = concat(local.read_evidence, [
    {
      Sid      = "StopWork"
      Effect   = "Allow"
      Action   = "ssm:StartAutomationExecution"
      Resource = local.switch_documents.stop
    },
    # They approve that work goes on, and platform starts it: two people of two teams.
    {
      Sid      = "ApproveResume"
      Effect   = "Allow"
      Action   = ["ssm:SendAutomationSignal", "ssm:StopAutomationExecution"]
      Resource = [for arn in local.workload : "${arn}:automation-execution/*"]
    },
    {
      Sid      = "EndAnySession"
      Effect   = "Allow"
      Action   = "ssm:TerminateSession"
      Resource = local.sessions
    },
    local.hand_over,
    local.watch_automation,
    local.no_sessions,
  ])

  auditor = concat(local.read_evidence, [local.no_sessions])

  platform = [
    # Not in the management account: who acts there takes the guardrails off, and then nothing keeps him from break-glass.
    {
      Sid      = "Deploy"
      Effect   = "Allow"
      Action   = ["sts:AssumeRole", "sts:TagSession"]
      Resource = [for arn in var.deployment_role_arns : arn if contains(local.accounts, split(":", arn)[4])]
    },
    {
      Sid      = "StartResume"
      Effect   = "Allow"
      Action   = "ssm:StartAutomationExecution"
      Resource = local.switch_documents.resume
    },
    local.hand_over,
    local.watch_automation,
    local.no_sessions,
  ]
}
