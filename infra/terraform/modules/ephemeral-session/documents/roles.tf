locals {
  trust_of_tasks = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TasksOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:ecs:${local.regional}:*" }
      }
    }]
  }

  trust_of_starter = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "StateMachinesOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = local.arn.state_machines }
      }
    }]
  }

  # Both containers share this role, and ECS Exec gives root in one of them: whatever stands here, the developer may do.
  task = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "Attach"
          Effect   = "Allow"
          Action   = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
          Resource = "*"
        },
        {
          Sid      = "FindRecordingGroup"
          Effect   = "Allow"
          Action   = "logs:DescribeLogGroups"
          Resource = "*"
        },
        {
          Sid      = "Record"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
          Resource = [local.arn.recording_group, "${local.arn.recording_group}:*"]
        },
        {
          Sid      = "EncryptAttached"
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = var.sessions_key_arn
        },
        {
          Sid      = "DeliverLog"
          Effect   = "Allow"
          Action   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
          Resource = local.arn.stream
        },
        {
          Sid      = "PullBundle"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = local.arn.bundle
        },
      ],
      [for key_arn in compact([var.bundle.kms_key_arn]) : {
        Sid       = "ReadBundle"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      }],
    )
  }

  execution = {
    Version = "2012-10-17"
    Statement = [
      {
        # This action takes no resource; what may be pulled is said below.
        Sid      = "Token"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "PullImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = local.arn.repository
      },
      {
        Sid      = "WriteLogGroup"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${local.arn.log_group}:log-stream:*"
      },
    ]
  }

  starter = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "RunSessions"
        Effect    = "Allow"
        Action    = "ecs:RunTask"
        Resource  = local.arn.definitions
        Condition = { ArnEquals = { "ecs:cluster" = local.arn.cluster } }
      },
      {
        Sid       = "TagSessions"
        Effect    = "Allow"
        Action    = "ecs:TagResource"
        Resource  = local.arn.tasks
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Sid       = "EndSessions"
        Effect    = "Allow"
        Action    = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource  = local.arn.tasks
        Condition = { ArnEquals = { "ecs:cluster" = local.arn.cluster } }
      },
      {
        # The action knows no resource but container instances; the condition holds it to the cluster.
        Sid       = "CountSessions"
        Effect    = "Allow"
        Action    = "ecs:ListTasks"
        Resource  = "*"
        Condition = { ArnEquals = { "ecs:cluster" = local.arn.cluster } }
      },
      {
        Sid       = "GiveRolesToSessions"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = [local.arn.task_role, local.arn.execution_role]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        # Log delivery of Step Functions takes no resource.
        Sid    = "Log"
        Effect = "Allow"
        Action = [
          "logs:CreateLogDelivery",
          "logs:DeleteLogDelivery",
          "logs:DescribeLogGroups",
          "logs:DescribeResourcePolicies",
          "logs:GetLogDelivery",
          "logs:ListLogDeliveries",
          "logs:PutResourcePolicy",
          "logs:UpdateLogDelivery",
        ]
        Resource = "*"
      },
    ]
  }

  trust_of_recorder = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LogsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "${local.arn.recording_group}:*" }
      }
    }]
  }

  recorder = {
    Version = "2012-10-17"
    Statement = [{
      Sid      = "KeepRecordings"
      Effect   = "Allow"
      Action   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
      Resource = local.arn.recordings
    }]
  }

  # For the permission set of developers. Starting a task directly is denied: its overrides could replace the guard's command,
  # and no condition of IAM looks into them.
  developer = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "StartOwnSession"
        Effect    = "Allow"
        Action    = "states:StartExecution"
        Resource  = local.arn.state_machines
        Condition = { StringEquals = { "aws:ResourceTag/${local.owner_tag}" = local.owner_of_caller } }
      },
      {
        # An execution carries no tags that a condition could look at; what it tells is who started a session and when.
        Sid      = "SeeStarts"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:GetExecutionHistory"]
        Resource = local.arn.executions
      },
      {
        Sid       = "FindSessions"
        Effect    = "Allow"
        Action    = ["ecs:DescribeTasks", "ecs:ListTasks"]
        Resource  = "*"
        Condition = { ArnEquals = { "ecs:cluster" = local.arn.cluster } }
      },
      {
        Sid       = "AttachToCluster"
        Effect    = "Allow"
        Action    = "ecs:ExecuteCommand"
        Resource  = local.arn.cluster
        Condition = { StringEquals = { "ecs:container-name" = "session" } }
      },
      {
        Sid    = "AttachToOwnSession"
        Effect = "Allow"
        Action = "ecs:ExecuteCommand"
        Condition = {
          StringEquals = {
            "ecs:container-name"                 = "session"
            "aws:ResourceTag/${local.owner_tag}" = local.owner_of_caller
          }
        }
        Resource = local.arn.tasks
      },
      {
        Sid       = "EndOwnSession"
        Effect    = "Allow"
        Action    = "ecs:StopTask"
        Resource  = local.arn.tasks
        Condition = { StringEquals = { "aws:ResourceTag/${local.owner_tag}" = local.owner_of_caller } }
      },
      {
        # Session Manager would open a session on a task that ECS neither names nor records, or forward a port.
        Sid      = "NoWayPastEcsExec"
        Effect   = "Deny"
        Action   = "ssm:StartSession"
        Resource = "arn:${var.partition}:ecs:*:*:task/*"
      },
      {
        Sid       = "NoTaskButBySession"
        Effect    = "Deny"
        Action    = ["ecs:RunTask", "ecs:StartTask"]
        Resource  = "*"
        Condition = { ArnEquals = { "ecs:cluster" = local.arn.cluster } }
      },
      {
        Sid      = "NoRolesOfSessions"
        Effect   = "Deny"
        Action   = "iam:PassRole"
        Resource = [local.arn.task_role, local.arn.execution_role, local.arn.starter_role]
      },
      {
        Sid      = "NoOtherTags"
        Effect   = "Deny"
        Action   = ["ecs:TagResource", "ecs:UntagResource"]
        Resource = local.arn.tasks
      },
      {
        Sid      = "NoOtherStateMachine"
        Effect   = "Deny"
        Action   = ["states:TagResource", "states:UntagResource", "states:UpdateStateMachine"]
        Resource = local.arn.state_machines
      },
    ]
  }
}
