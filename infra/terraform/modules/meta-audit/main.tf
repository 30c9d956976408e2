locals {
  archive_bucket_names = [
    for arn in concat(var.data_event_bucket_arns, [for arn in [var.trail_bucket_arn] : arn if arn != null]) : element(split(":", arn), -1)
  ]
  home_bus_arn = "arn:${var.partition}:events:${var.region}:${var.account_id}:event-bus/default"

  # Where the home region is itself that of global services there is nothing to bring.
  global_region = { "aws" = "us-east-1", "aws-us-gov" = "us-gov-west-1", "aws-cn" = "cn-northwest-1" }[var.partition]
}

module "documents" {
  source = "./documents"

  name                  = var.name
  partition             = var.partition
  region                = var.region
  account_id            = var.account_id
  archive_bucket_names  = local.archive_bucket_names
  break_glass_role_arns = var.break_glass_role_arns
  protected_role_arns   = var.protected_role_arns
  session_document_name = var.session_document_name
}

resource "aws_sns_topic" "alerts" {
  name              = "${var.name}-alerts"
  kms_master_key_id = var.logs_key_arn
  policy            = module.documents.topic_policy_json
  tags              = var.tags
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.alert_emails)

  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_subscription" "queue" {
  for_each = toset(var.alert_target_arns)

  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "sqs"
  endpoint  = each.value
}

resource "aws_cloudwatch_event_rule" "watch" {
  for_each = module.documents.patterns

  name          = "${var.name}-watch-${each.key}"
  description   = module.documents.abouts[each.key]
  event_pattern = each.value
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "watch" {
  for_each = aws_cloudwatch_event_rule.watch

  rule      = each.value.name
  target_id = "alerts"
  arn       = aws_sns_topic.alerts.arn

  input_transformer {
    input_paths = {
      account = "$.account"
      call    = "$.detail.eventName"
      error   = "$.detail.errorCode"
      id      = "$.detail.eventID"
      region  = "$.region"
      service = "$.detail.eventSource"
      time    = "$.time"
      who     = "$.detail.userIdentity.arn"
    }
    input_template = "\"${each.key}: ${module.documents.abouts[each.key]}. <service> <call> by <who> in account <account>, <region>, at <time>; refused with: <error>; event <id>\""
  }
}

module "forward_global" {
  source = "./forward"

  providers = { aws = aws.global }

  name     = var.name
  tags     = var.tags
  patterns = { for watch in module.documents.global_watches : watch => module.documents.patterns[watch] if var.region != local.global_region }
  bus_arn  = local.home_bus_arn
  role_arn = aws_iam_role.forward.arn
}

resource "aws_iam_role" "forward" {
  name                 = "${var.name}-event-forwarder"
  description          = "Brings events of other regions to the home region, for EventBridge"
  assume_role_policy   = module.documents.forward_trust_json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "forward" {
  name   = "put-events"
  role   = aws_iam_role.forward.id
  policy = module.documents.forward_policy_json
}
