locals {
  load_balancer_dimensions = {
    LoadBalancer = aws_lb.gateway.arn_suffix
    TargetGroup  = aws_lb_target_group.gateway.arn_suffix
  }
}

# Each alarm also tells when it ends, so that whoever was woken knows.
resource "aws_cloudwatch_metric_alarm" "none_healthy" {
  alarm_name          = "${var.name}-gateway-none-healthy"
  alarm_description   = "No gateway is ready: nobody reaches a model."
  namespace           = "AWS/NetworkELB"
  metric_name         = "HealthyHostCount"
  dimensions          = local.load_balancer_dimensions
  statistic           = "Minimum"
  period              = 60
  evaluation_periods  = 2
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  alarm_name          = "${var.name}-gateway-unhealthy"
  alarm_description   = "A gateway has not been ready for five minutes: its log cannot be written, or no policy is in force there."
  namespace           = "AWS/NetworkELB"
  metric_name         = "UnHealthyHostCount"
  dimensions          = local.load_balancer_dimensions
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "task_missing" {
  for_each = local.service_names

  alarm_name          = "${each.value}-missing"
  alarm_description   = "The gateway of ${each.key} is not running. After use of the kill switch this is meant."
  namespace           = "ECS/ContainerInsights"
  metric_name         = "RunningTaskCount"
  dimensions          = { ClusterName = local.cluster_name, ServiceName = each.value }
  statistic           = "Minimum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "memory" {
  for_each = local.service_names

  alarm_name          = "${each.value}-memory"
  alarm_description   = "The gateway of ${each.key} is short of memory: give its task more before it is ended."
  namespace           = "AWS/ECS"
  metric_name         = "MemoryUtilization"
  dimensions          = { ClusterName = local.cluster_name, ServiceName = each.value }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "state_slow" {
  alarm_name          = "${var.name}-gateway-state-slow"
  alarm_description   = "The file system of the gateway is at its limit: requests wait for their records."
  namespace           = "AWS/EFS"
  metric_name         = "PercentIOLimit"
  dimensions          = { FileSystemId = aws_efs_file_system.state.id }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "GreaterThanThreshold"
  threshold           = 90
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = local.tags
}

# A host that handshakes and fails is not one of ours, or was given another certificate.
resource "aws_cloudwatch_metric_alarm" "tls_errors" {
  alarm_name          = "${var.name}-gateway-tls-errors"
  alarm_description   = "Connections to the gateway fail in their TLS handshake."
  namespace           = "AWS/NetworkELB"
  metric_name         = "ClientTLSNegotiationErrorCount"
  dimensions          = { LoadBalancer = aws_lb.gateway.arn_suffix }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 20
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = local.tags
}

# What the gateway prints as lines of JSON. Whom it refused stands in the audit log, not here.
locals {
  metric_namespace = "Sallyport/${var.name}"
  printed = {
    bundle = {
      pattern     = "?\"refused-reload\" ?\"bundle was not fetched\""
      threshold   = 2
      description = "The gateway cannot fetch its policy bundle, or refuses it: the one of before stays in force."
    }
    warnings = {
      pattern     = "{ $.event = \"warning\" }"
      threshold   = 5
      description = "The gateway warns again and again: look into its log group."
    }
  }
}

resource "aws_cloudwatch_log_metric_filter" "printed" {
  for_each = local.printed

  name           = "${var.name}-gateway-${each.key}"
  log_group_name = aws_cloudwatch_log_group.gateway.name
  pattern        = each.value.pattern

  metric_transformation {
    namespace     = local.metric_namespace
    name          = "gateway-${each.key}"
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "printed" {
  for_each = local.printed

  alarm_name          = "${var.name}-gateway-${each.key}"
  alarm_description   = each.value.description
  namespace           = local.metric_namespace
  metric_name         = "gateway-${each.key}"
  statistic           = "Sum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = local.tags
}
