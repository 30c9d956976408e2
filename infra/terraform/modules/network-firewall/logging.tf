locals {
  log_types       = { ALERT = "firewall-alert", FLOW = "firewall-flow" }
  log_group_names = { for type, name in local.log_types : lower(type) => "/aws/vendedlogs/${var.name}/${name}" }
}

module "documents" {
  source = "./documents"

  region          = var.region
  account_id      = var.account_id
  partition       = var.partition
  log_group_names = values(local.log_group_names)
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_group_names

  name              = each.value
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
  tags              = var.tags
}

resource "aws_cloudwatch_log_resource_policy" "this" {
  policy_name     = "${var.name}-network-firewall"
  policy_document = module.documents.log_delivery
}

resource "aws_networkfirewall_logging_configuration" "this" {
  firewall_arn = aws_networkfirewall_firewall.this.arn

  logging_configuration {
    dynamic "log_destination_config" {
      for_each = local.log_types
      content {
        log_type             = log_destination_config.key
        log_destination_type = "CloudWatchLogs"
        log_destination      = { logGroup = aws_cloudwatch_log_group.this[lower(log_destination_config.key)].name }
      }
    }
  }

  depends_on = [aws_cloudwatch_log_resource_policy.this]
}
