locals {
  stop_policy  = "kill-switch"
  older_policy = "kill-switch-older-credentials"
  role_arn     = "arn:${var.partition}:iam::${var.account_id}:role/${var.name}-kill-switch"
  role_arns    = [for role in var.role_names : "arn:${var.partition}:iam::${var.account_id}:role/${role}"]

  gateway              = { cluster_name = try(var.gateway.cluster_name, ""), service_names = try(var.gateway.service_names, []), desired_count = try(var.gateway.desired_count, 0) }
  session_cluster_name = var.session_cluster_name == null ? "" : var.session_cluster_name

  # What was recorded may still be handed over: that takes nothing out and shows what happened until the end.
  deny_all = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "KillSwitch"
        Effect    = "Deny"
        NotAction = ["firehose:PutRecord", "firehose:PutRecordBatch"]
        Resource  = "*"
      },
    ]
  })

  # A stop goes on past whatever fails, and says at the end that something did.
  keep_going = { onFailure = "Continue", isCritical = true, maxAttempts = 3 }
  # Work goes on only as far as each step held.
  give_up = { onFailure = "Abort", isCritical = true, maxAttempts = 3 }

  script = {
    for name in ["end_sessions", "stop_tasks", "cut_subnets", "isolate_hosts", "let_roles_go", "replace_hosts"] :
    name => join("\n\n", [file("${path.module}/scripts/each.py"), file("${path.module}/scripts/${name}.py")])
  }
}
