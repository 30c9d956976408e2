# What runs goes on as it was built, and what was stopped stays so: administrators of the account are no part of either.
locals {
  scp_running = [
    {
      Sid    = "RunningAsBuilt"
      Effect = "Deny"
      Action = [
        "autoscaling:*",
        "ecs:Create*",
        "ecs:Delete*",
        "ecs:Put*",
        "ecs:Register*",
        "ecs:Update*",
        "states:Delete*",
        "states:RedriveExecution",
        "states:StopExecution",
        "states:UpdateStateMachine",
      ]
      # Each kind by its name: IAM takes no star in that place.
      Resource = concat(
        ["${local.arn}:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/${var.name}-*"],
        [for kind in ["cluster", "service", "task-definition"] : "${local.arn}:ecs:*:*:${kind}/${var.name}-*"],
        [for kind in ["execution", "stateMachine"] : "${local.arn}:states:*:*:${kind}:${var.name}-*"],
      )
      Condition = local.but_switch
    },
    # Services scale by a role of their own, which no guardrail binds: whoever tells them to needs no right to the service.
    {
      Sid    = "ScalingFromOutside"
      Effect = "Deny"
      Action = [
        "application-autoscaling:Put*",
        "application-autoscaling:RegisterScalableTarget",
        "autoscaling-plans:Create*",
        "autoscaling-plans:Update*",
      ]
      Resource  = "*"
      Condition = local.but_builders
    },
    # What a task is started with could replace the guard's command.
    {
      Sid       = "TasksByTheirStarter"
      Effect    = "Deny"
      Action    = ["ecs:RunTask", "ecs:StartTask"]
      Resource  = "${local.arn}:ecs:*:*:task-definition/${var.name}-*"
      Condition = local.but_starters
    },
    # Nobody else lends its role to an automation, and nobody else ends one that is at work.
    {
      Sid      = "TheSwitchRuns"
      Effect   = "Deny"
      Action   = ["iam:PassRole", "ssm:StopAutomationExecution"]
      Resource = ["${local.arn}:iam::*:role/${var.name}-kill-switch", "${local.arn}:ssm:*:*:automation-execution/*"]
      Condition = { ArnNotLike = { "aws:PrincipalArn" = concat(
        local.builders,
        [for set in ["platform", "security"] : "${local.arn}:iam::*:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_${var.name}-${set}_*"],
      ) } }
    },
  ]
}
