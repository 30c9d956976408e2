locals {
  stop_policy  = "kill-switch"
  older_policy = "kill-switch-older-credentials"
  role_arn     = "arn:${var.partition}:iam::${var.account_id}:role/${var.name}-kill-switch"
  role_arns    = [for role in var.role_names : "arn:${var.partition}:iam::${var.account_id}:role/${role}"]

  # Systems Manager asks for approval over topics alone whose names begin with this word, written so.
  topic_name = "Automation-${var.name}-approvals"
  topic_arn  = "arn:${var.partition}:sns:${var.region}:${var.account_id}:${local.topic_name}"

  # The switch publishes by its own rights.
  topic_policy = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RefusePlainText"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sns:Publish"
      Resource  = local.topic_arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  }

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

  # What runs before a script: its own text cannot name another file.
  preludes = { hold_groups = ["groups"], release_groups = ["groups"] }

  script = {
    for name in ["await_delivery", "cut_subnets", "end_sessions", "hold_groups", "isolate_hosts", "let_roles_go", "release_groups", "replace_hosts", "stop_tasks"] :
    name => join("\n\n", [for part in concat(["each"], lookup(local.preludes, name, []), [name]) : trimspace(file("${path.module}/scripts/${part}.py"))])
  }

  groups_of_hosts = { host_tag_key = var.host_tag_key, processes = local.processes }
  # A stop that comes twice, or late, must not open again what is shut.
  draining = { subnet_ids = var.host_subnet_ids, network_acl_id = var.draining_network_acl_id, left_as_is = [var.closed_network_acl_id] }
  closed   = { subnet_ids = var.host_subnet_ids, network_acl_id = var.closed_network_acl_id, left_as_is = [] }
  open     = { subnet_ids = var.host_subnet_ids, network_acl_id = var.host_network_acl_id, left_as_is = [] }
}
