module "documents" {
  source = "./documents"

  name                    = var.name
  partition               = var.partition
  region                  = var.region
  account_id              = var.account_id
  role_names              = var.role_names
  gateway                 = var.gateway
  session_cluster_name    = var.session_cluster_name
  host_tag_key            = var.host_tag_key
  isolation_group_id      = aws_security_group.isolation.id
  host_subnet_ids         = var.host_subnet_ids
  host_network_acl_id     = var.host_network_acl_id
  closed_network_acl_id   = aws_network_acl.closed.id
  draining_network_acl_id = aws_network_acl.draining.id
  delivery_seconds        = var.delivery_seconds
  approver_arns           = var.approver_arns
  min_approvals           = var.min_approvals
  notification_key_arn    = var.notification_key_arn
}

resource "aws_sns_topic" "approvals" {
  name              = module.documents.topic_name
  kms_master_key_id = var.notification_key_arn
  policy            = module.documents.topic_policy
  tags              = var.tags
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.alert_emails)

  topic_arn = aws_sns_topic.approvals.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_subscription" "queue" {
  for_each = toset(var.alert_target_arns)

  topic_arn = aws_sns_topic.approvals.arn
  protocol  = "sqs"
  endpoint  = each.value
}

resource "aws_iam_role" "automation" {
  name                 = "${var.name}-kill-switch"
  description          = "Stops agent work, and lets it go on"
  assume_role_policy   = module.documents.trust
  max_session_duration = 3600
  tags                 = var.tags
}

resource "aws_iam_role_policy" "automation" {
  name   = "kill-switch"
  role   = aws_iam_role.automation.name
  policy = module.documents.permissions
}

resource "aws_ssm_document" "this" {
  for_each = toset(keys(module.documents.automations))

  name            = "${var.name}-kill-switch-${each.key}"
  document_type   = "Automation"
  document_format = "JSON"
  content         = module.documents.automations[each.key]
  tags            = var.tags

  lifecycle {
    precondition {
      condition     = length(module.documents.automations[each.key]) <= 65536
      error_message = "The automation ${each.key} has more than 64 KB, which AWS does not take: name fewer roles."
    }
  }
}
