locals {
  cluster_name   = "${var.name}-control"
  service_name   = "${var.name}-witness"
  log_group_name = "/${var.name}/witness"
  port           = 8331
  uid            = 10001

  tags = merge(var.tags, { "sallyport:part" = "control-plane" })
}

module "documents" {
  source = "./documents"

  name             = var.name
  partition        = var.partition
  region           = var.region
  account_id       = var.account_id
  witness          = { name = var.witness.name, image = var.witness.image, logs = var.witness.logs }
  log_group_name   = local.log_group_name
  file_system_id   = aws_efs_file_system.memory.id
  access_point_arn = aws_efs_access_point.memory.arn
}

resource "aws_ecs_cluster" "control" {
  name = local.cluster_name
  tags = local.tags

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_cloudwatch_log_group" "witness" {
  name              = local.log_group_name
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.logs
  tags              = local.tags
}

resource "aws_ecs_task_definition" "witness" {
  family                   = local.service_name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions    = module.documents.containers
  tags                     = local.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.witness.architecture
  }

  volume {
    name = "memory"

    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.memory.id
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = aws_efs_access_point.memory.id
        iam             = "ENABLED"
      }
    }
  }
}

resource "aws_ecs_service" "witness" {
  name            = local.service_name
  cluster         = aws_ecs_cluster.control.arn
  task_definition = aws_ecs_task_definition.witness.arn
  launch_type     = "FARGATE"
  tags            = local.tags

  # INVARIANT: what the witness remembers has one writer. Two could each cosign a history that the other has not seen.
  desired_count                      = 1
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  health_check_grace_period_seconds  = 60

  enable_execute_command  = false
  enable_ecs_managed_tags = true
  propagate_tags          = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = values(var.subnet_ids)
    security_groups  = [aws_security_group.task.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.witness.arn
    container_name   = "witness"
    container_port   = local.port
  }

  depends_on = [
    aws_efs_file_system_policy.memory,
    aws_efs_mount_target.memory,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
    aws_lb_listener.witness,
    aws_vpc_security_group_egress_rule.task_endpoints,
    aws_vpc_security_group_egress_rule.task_memory,
    aws_vpc_security_group_egress_rule.task_s3,
  ]
}

resource "aws_iam_role" "task" {
  name                 = "${var.name}-witness-task"
  description          = "The witness of audit logs. It may mount what it remembers, and nothing else."
  assume_role_policy   = module.documents.trust
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
}

resource "aws_iam_role_policy" "task" {
  name   = "memory"
  role   = aws_iam_role.task.id
  policy = module.documents.task
}

resource "aws_iam_role" "execution" {
  name                 = "${var.name}-witness-execution"
  description          = "Pulls the image of the witness and writes what it prints."
  assume_role_policy   = module.documents.trust
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
}

resource "aws_iam_role_policy" "execution" {
  name   = "start"
  role   = aws_iam_role.execution.id
  policy = module.documents.execution
}

resource "aws_cloudwatch_metric_alarm" "witness_missing" {
  alarm_name          = "${local.service_name}-missing"
  alarm_description   = "The witness is not running: checkpoints of logs are not cosigned."
  namespace           = "ECS/ContainerInsights"
  metric_name         = "RunningTaskCount"
  dimensions          = { ClusterName = local.cluster_name, ServiceName = local.service_name }
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
