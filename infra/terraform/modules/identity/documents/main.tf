locals {
  arn           = "arn:${var.partition}"
  workload      = [for id in var.workload_account_ids : "${local.arn}:ssm:${var.region}:${id}"]
  document_name = "${var.name}-session"
  documents     = [for id in var.workload_account_ids : "${local.arn}:ssm:${var.region}:${id}:document/${local.document_name}"]
  instances     = [for id in var.workload_account_ids : "${local.arn}:ec2:${var.region}:${id}:instance/*"]
  sessions      = [for id in var.workload_account_ids : "${local.arn}:ssm:*:${id}:session/*"]
  accounts      = distinct(concat(var.workload_account_ids, [var.log_archive_account_id]))
  break_glass   = [for id in local.accounts : "${local.arn}:iam::${id}:role/${var.name}-break-glass"]
  kill_switch   = [for id in var.workload_account_ids : "${local.arn}:iam::${id}:role/${var.name}-kill-switch"]
  gateways      = [for id in var.workload_account_ids : "${local.arn}:iam::${id}:role/${var.name}-gateway-task"]
  starters      = [for id in var.workload_account_ids : "${local.arn}:iam::${id}:role/${var.name}-session-starter"]
  builders      = concat(var.deployment_role_arns, local.break_glass)
  buckets       = [for purpose in ["audit", "sessions", "trail"] : "${local.arn}:s3:::${var.name}-${purpose}-*"]

  but_builders    = { ArnNotEquals = { "aws:PrincipalArn" = local.builders } }
  but_switch      = { ArnNotEquals = { "aws:PrincipalArn" = concat(local.builders, local.kill_switch) } }
  but_break_glass = { ArnNotEquals = { "aws:PrincipalArn" = local.break_glass } }

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
