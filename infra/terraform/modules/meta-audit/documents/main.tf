locals {
  topic_arn     = "arn:${var.partition}:sns:${var.region}:${var.account_id}:${var.name}-alerts"
  trail_arn     = "arn:${var.partition}:cloudtrail:${var.region}:${var.account_id}:trail/${var.name}-trail"
  log_group_arn = "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:/${var.name}/cloudtrail"

  topic_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PublishAlarmsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
      # EventBridge says neither account nor rule to a topic: with a condition no event would arrive. Another account's rule could send
      # a false alarm, and none can keep a true one away.
      {
        Sid       = "PublishEvents"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.topic_arn
      },
      {
        Sid       = "RefusePlainText"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  }

  trail_trust = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnEquals    = { "aws:SourceArn" = local.trail_arn }
        StringEquals = { "aws:SourceAccount" = var.account_id }
      }
    }]
  }

  trail_policy = {
    Version = "2012-10-17"
    Statement = [{
      Sid      = "WriteEvents"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${local.log_group_arn}:log-stream:*"
    }]
  }

  # No condition: a role can be handed to EventBridge in its own account alone, and it is not documented to say for which rule it takes
  # one. What it may do is to send events to this account.
  forward_trust = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  }

  forward_policy = {
    Version = "2012-10-17"
    Statement = [{
      Sid      = "BringEventsHome"
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = "arn:${var.partition}:events:${var.region}:${var.account_id}:event-bus/default"
    }]
  }
}
