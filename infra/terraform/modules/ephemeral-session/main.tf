locals {
  tags = merge(var.tags, { "sallyport:part" = "session" })
}

module "documents" {
  source = "./documents"

  name                 = var.name
  partition            = var.partition
  region               = var.region
  account_id           = var.account_id
  image                = var.image
  bundle               = var.bundle
  audit_stream_name    = var.audit_stream_name
  sessions_stream_name = var.sessions_stream_name
  sessions_key_arn     = var.kms_key_arns.sessions
  developers           = var.developers
  max_minutes          = var.max_minutes
  detached_minutes     = var.detached_minutes
  network              = { subnet_ids = var.subnet_ids, security_group_ids = [aws_security_group.session.id] }
}

resource "aws_cloudwatch_log_group" "tasks" {
  name              = module.documents.names.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.logs
  tags              = local.tags
}

resource "aws_cloudwatch_log_group" "recording" {
  name              = module.documents.names.recording_group
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.sessions
  tags              = local.tags
}

resource "aws_cloudwatch_log_subscription_filter" "recording" {
  name            = "recording"
  log_group_name  = aws_cloudwatch_log_group.recording.name
  filter_pattern  = ""
  destination_arn = module.documents.arns.recordings
  role_arn        = aws_iam_role.recorder.arn

  depends_on = [aws_iam_role_policy.recorder]
}

resource "aws_ecs_cluster" "sessions" {
  name = module.documents.names.cluster
  tags = local.tags

  setting {
    name  = "containerInsights"
    value = "enabled"
  }

  configuration {
    execute_command_configuration {
      kms_key_id = var.kms_key_arns.sessions
      logging    = "OVERRIDE"

      log_configuration {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = aws_cloudwatch_log_group.recording.name
      }
    }
  }
}

resource "aws_ecs_task_definition" "session" {
  family                   = module.documents.names.family
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  # The guard knows a client by its process. Without capabilities root in the session sees those of the guard, and no more.
  pid_mode              = "task"
  cpu                   = var.cpu
  memory                = var.memory_mib
  task_role_arn         = aws_iam_role.task.arn
  execution_role_arn    = aws_iam_role.execution.arn
  container_definitions = module.documents.containers
  tags                  = local.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  ephemeral_storage {
    size_in_gib = var.storage_gib
  }

  dynamic "volume" {
    for_each = toset(module.documents.volumes)

    content {
      name = volume.value
    }
  }
}

resource "aws_sfn_state_machine" "session" {
  for_each = var.developers

  name       = module.documents.names.state_machines[each.key]
  role_arn   = aws_iam_role.starter.arn
  type       = "STANDARD"
  definition = module.documents.state_machines[each.key]
  tags       = merge(local.tags, { "sallyport:owner" = each.value.owner })

  logging_configuration {
    level                  = "ALL"
    include_execution_data = true
    log_destination        = "${aws_cloudwatch_log_group.starter.arn}:*"
  }

  depends_on = [aws_iam_role_policy.starter]
}

resource "aws_cloudwatch_log_group" "starter" {
  name              = module.documents.names.starter_group
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.logs
  tags              = local.tags
}

# A session that was asked for and refused is no failure worth waking for; one that could not be ended is.
resource "aws_cloudwatch_metric_alarm" "overrun" {
  for_each = var.developers

  alarm_name          = "${module.documents.names.state_machines[each.key]}-overrun"
  alarm_description   = "A session of ${each.value.owner} was not ended in time: stop its task by hand."
  namespace           = "AWS/States"
  metric_name         = "ExecutionsTimedOut"
  dimensions          = { StateMachineArn = aws_sfn_state_machine.session[each.key].arn }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = local.tags
}
