locals {
  arn           = "arn:${var.partition}"
  workload      = [for id in var.workload_account_ids : "${local.arn}:ssm:${var.region}:${id}"]
  document_name = "${var.name}-session"
  documents     = [for id in var.workload_account_ids : "${local.arn}:ssm:${var.region}:${id}:document/${local.document_name}"]
  instances     = [for id in var.workload_account_ids : "${local.arn}:ec2:${var.region}:${id}:instance/*"]
  sessions      = [for id in var.workload_account_ids : "${local.arn}:ssm:*:${id}:session/*"]
  accounts      = distinct(concat(var.workload_account_ids, [var.log_archive_account_id]))
  kill_switch   = [for id in var.workload_account_ids : "${local.arn}:iam::${id}:role/${var.name}-kill-switch"]
  buckets       = [for purpose in ["audit", "sessions", "trail"] : "${local.arn}:s3:::${var.name}-${purpose}-*"]

  # Of whichever account: a list of accounts in each statement would fill the policies. Nobody but these makes a role of such a name
  # (OwnRoles), and a service control policy asks only about principals of the accounts that it is attached to.
  own         = { for role in ["break-glass", "gateway-task", "kill-switch", "session-starter"] : role => "${local.arn}:iam::*:role/${var.name}-${role}" }
  deployments = distinct([for arn in var.deployment_role_arns : replace(arn, "/:[0-9]{12}:/", ":*:")])
  builders    = concat(local.deployments, [local.own["break-glass"]])

  but_builders    = { ArnNotEquals = { "aws:PrincipalArn" = local.builders } }
  but_switch      = { ArnNotEquals = { "aws:PrincipalArn" = concat(local.builders, [local.own["kill-switch"]]) } }
  but_starters    = { ArnNotEquals = { "aws:PrincipalArn" = concat(local.builders, [local.own["session-starter"]]) } }
  but_break_glass = { ArnNotEquals = { "aws:PrincipalArn" = local.own["break-glass"] } }

  # What says whose a host or task is, and for which account on it: on the thing, and on the session of whoever asks.
  identity_tags = ["sallyport:owner", "sallyport:os-user", "SSMSessionRunAs"]

  # A session that nobody records must not begin: these documents forward ports, or run a command without a terminal.
  no_other_sessions = [
    {
      Sid         = "NoOtherSession"
      Effect      = "Deny"
      Action      = "ssm:StartSession"
      NotResource = concat(local.instances, local.documents)
    },
  ]
}
