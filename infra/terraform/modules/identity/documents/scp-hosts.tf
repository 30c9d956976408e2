# Who gets into a task, and what becomes of a host. Neither is a matter of being an administrator.
locals {
  scp_hosts = [
    # What a task is started with could replace the guard's command.
    {
      Sid       = "TasksByTheirStarter"
      Effect    = "Deny"
      Action    = ["ecs:RunTask", "ecs:StartTask"]
      Resource  = "${local.arn}:ecs:*:*:task-definition/${var.name}-*"
      Condition = local.but_starters
    },
    {
      Sid       = "SessionsAlone"
      Effect    = "Deny"
      Action    = "ecs:ExecuteCommand"
      Resource  = [for kind in ["cluster", "task"] : "${local.arn}:ecs:*:*:${kind}/${var.name}-*"]
      Condition = merge(local.but_break_glass, { StringNotEquals = { "ecs:container-name" = "session" } })
    },
    {
      Sid       = "OwnTask"
      Effect    = "Deny"
      Action    = "ecs:ExecuteCommand"
      Resource  = "${local.arn}:ecs:*:*:task/${var.name}-*"
      Condition = merge(local.but_break_glass, { StringNotEquals = { "aws:ResourceTag/sallyport:owner" = "$${aws:PrincipalTag/sallyport:owner, 'nobody'}" } })
    },
    # A host that was stopped is evidence, its disk above all; and an interface of another subnet would be a way around the cut. Tags
    # are how a stop finds hosts, and whoever deletes them without naming one takes all: such a call has no aws:TagKeys (WhoOneIs).
    {
      Sid    = "HostsStay"
      Effect = "Deny"
      Action = [
        "ec2:AttachNetworkInterface",
        "ec2:AttachVolume",
        "ec2:DeleteTags",
        "ec2:DeleteVolume",
        "ec2:DetachVolume",
        "ec2:RebootInstances",
        "ec2:StartInstances",
        "ec2:StopInstances",
        "ec2:TerminateInstances",
      ]
      Resource  = "*"
      Condition = merge(local.but_builders, { Null = { "aws:ResourceTag/sallyport:owner" = "false" } })
    },
  ]
}
