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
        "elasticloadbalancing:*",
        "states:Delete*",
        "states:RedriveExecution",
        "states:StopExecution",
        "states:UpdateStateMachine",
      ]
      # Each kind by its name: IAM takes no star in that place.
      Resource = concat(
        ["${local.arn}:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/${var.name}-*"],
        [for kind in ["cluster", "service", "task-definition"] : "${local.arn}:ecs:*:*:${kind}/${var.name}-*"],
        [for kind in ["listener/net", "loadbalancer/net", "targetgroup"] : "${local.arn}:elasticloadbalancing:*:*:${kind}/${var.name}-*"],
        [for kind in ["execution", "stateMachine"] : "${local.arn}:states:*:*:${kind}:${var.name}-*"],
      )
      Condition = local.but_switch
    },
    # Services start, scale and launch by a role of their own, which no guardrail binds: whoever tells them to needs no right to what they
    # start. A service of another name could run our task definition and enter our load balancer, and a group takes whatever role the
    # newest version of its template names, about which nobody is asked.
    {
      Sid    = "ServicesAsBuilt"
      Effect = "Deny"
      Action = [
        "application-autoscaling:Put*",
        "application-autoscaling:RegisterScalableTarget",
        "autoscaling-plans:Create*",
        "autoscaling-plans:Update*",
        "autoscaling:Attach*",
        "autoscaling:CreateAutoScalingGroup",
        "autoscaling:UpdateAutoScalingGroup",
        "batch:*ComputeEnvironment",
        "ec2:CreateFleet",
        "ec2:CreateLaunchTemplate*",
        "ec2:ModifyFleet",
        "ec2:ModifyLaunchTemplate",
        "ec2:ModifySpotFleetRequest",
        "ec2:RequestSpotFleet",
        "ecs:CreateService",
        "ecs:CreateTaskSet",
        "ecs:UpdateService",
      ]
      Resource  = "*"
      Condition = local.but_switch
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
