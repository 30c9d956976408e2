locals {
  stream_alarms = merge([for stream in var.stream_names : {
    "${stream}-late" = {
      stream      = stream
      metric      = "DeliveryToS3.DataFreshness"
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = 900
      description = "what ${stream} holds is older than 15 minutes and not in its bucket"
    }
    "${stream}-failing" = {
      stream      = stream
      metric      = "DeliveryToS3.Success"
      statistic   = "Average"
      comparison  = "LessThanThreshold"
      threshold   = 1
      description = "${stream} could not write to its bucket"
    }
    "${stream}-throttled" = {
      stream      = stream
      metric      = "ThrottledRecords"
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      description = "${stream} refuses records because there are too many"
    }
  }]...)

  # Silence is an alarm: who stops the log, or the metric itself, must not make it quiet.
  heartbeats = merge(
    var.heartbeat_stream_name == null ? {} : {
      stream = {
        namespace   = "AWS/Firehose"
        metric      = "IncomingRecords"
        dimensions  = { DeliveryStreamName = var.heartbeat_stream_name }
        periods     = var.heartbeat_minutes / 5
        period      = 300
        description = "no audit record reached ${var.heartbeat_stream_name} for ${var.heartbeat_minutes} minutes"
      }
    },
    var.heartbeat_bucket_name == null ? {} : {
      bucket = {
        namespace   = "AWS/S3"
        metric      = "PutRequests"
        dimensions  = { BucketName = var.heartbeat_bucket_name, FilterId = "everything" }
        periods     = var.heartbeat_minutes / 5
        period      = 300
        description = "nothing was written to ${var.heartbeat_bucket_name} for ${var.heartbeat_minutes} minutes"
      }
    },
    {
      trail = {
        namespace   = "AWS/Logs"
        metric      = "IncomingLogEvents"
        dimensions  = { LogGroupName = aws_cloudwatch_log_group.trail.name }
        periods     = 2
        period      = 3600
        description = "the trail told of no call for two hours"
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "stream" {
  for_each = local.stream_alarms

  alarm_name          = each.key
  alarm_description   = each.value.description
  namespace           = "AWS/Firehose"
  metric_name         = each.value.metric
  dimensions          = { DeliveryStreamName = each.value.stream }
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "heartbeat" {
  for_each = local.heartbeats

  alarm_name          = "${var.name}-silence-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = "Sum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = each.value.period
  evaluation_periods  = each.value.periods
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
  tags                = var.tags
}

resource "aws_s3_bucket_metric" "heartbeat" {
  count = var.heartbeat_bucket_name == null ? 0 : 1

  bucket = var.heartbeat_bucket_name
  name   = "everything"
}

resource "aws_cloudwatch_metric_alarm" "replication" {
  for_each = merge([for copy in var.replications : {
    "${copy.source_bucket_name}-copy-failing" = { copy = copy, metric = "OperationsFailedReplication", statistic = "Sum", threshold = 0 }
    "${copy.source_bucket_name}-copy-late"    = { copy = copy, metric = "ReplicationLatency", statistic = "Maximum", threshold = 3600 }
  }]...)

  alarm_name        = each.key
  alarm_description = "the copy of ${each.value.copy.source_bucket_name} in another region does not keep up"
  namespace         = "AWS/S3"
  metric_name       = each.value.metric
  dimensions = {
    SourceBucket      = each.value.copy.source_bucket_name
    DestinationBucket = each.value.copy.replica_bucket_name
    RuleId            = each.value.copy.rule_id
  }
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "pipeline" {
  for_each = merge(
    {
      "${var.name}-alerts-undelivered" = {
        namespace   = "AWS/SNS"
        metric      = "NumberOfNotificationsFailed"
        dimensions  = { TopicName = aws_sns_topic.alerts.name }
        description = "an alarm could not be delivered to everybody"
      }
    },
    {
      for watch, rule in aws_cloudwatch_event_rule.watch : "${rule.name}-failing" => {
        namespace   = "AWS/Events"
        metric      = "FailedInvocations"
        dimensions  = { RuleName = rule.name }
        description = "an event for the watch ${watch} could not be sent to the topic of alarms"
      }
    },
  )

  alarm_name          = each.key
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  tags                = var.tags
}
