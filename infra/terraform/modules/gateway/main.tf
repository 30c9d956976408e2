locals {
  cluster_name   = "${var.name}-gateway"
  log_group_name = "/${var.name}/gateway"
  arn_prefix     = "arn:${var.partition}"

  cluster_arn        = "${local.arn_prefix}:ecs:${var.region}:${var.account_id}:cluster/${local.cluster_name}"
  task_role_arn      = "${local.arn_prefix}:iam::${var.account_id}:role/${var.name}-gateway-task"
  execution_role_arn = "${local.arn_prefix}:iam::${var.account_id}:role/${var.name}-gateway-execution"
  service_names      = { for az in keys(var.subnet_ids) : az => "${var.name}-gateway-${az}" }
  service_arns       = { for az, name in local.service_names : az => "${local.arn_prefix}:ecs:${var.region}:${var.account_id}:service/${local.cluster_name}/${name}" }

  port = 8443
  # The user that the image runs as; it alone owns what the access points show.
  uid = 10001

  tags = merge(var.tags, { "sallyport:part" = "gateway" })
}

module "documents" {
  source = "./documents"

  name              = var.name
  partition         = var.partition
  region            = var.region
  account_id        = var.account_id
  hostname          = var.hostname
  image             = var.image
  bundle            = var.bundle
  allowed_role_arns = var.allowed_role_arns
  audit_stream_name = var.audit_stream_name
  store             = var.store
  limits            = var.limits
  log_group_name    = local.log_group_name
  file_system_id    = aws_efs_file_system.state.id
  access_point_arns = [for point in aws_efs_access_point.state : point.arn]
}

resource "aws_ecs_cluster" "gateway" {
  name = local.cluster_name
  tags = local.tags

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_cloudwatch_log_group" "gateway" {
  name              = local.log_group_name
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.logs
  tags              = local.tags
}

resource "aws_ecs_task_definition" "gateway" {
  for_each = var.subnet_ids

  family                   = local.service_names[each.key]
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory_mib
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions    = module.documents.containers
  tags                     = local.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  volume {
    name = "state"

    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.state.id
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = aws_efs_access_point.state[each.key].id
        iam             = "ENABLED"
      }
    }
  }

  volume {
    name = "run"
  }
}

resource "aws_ecs_service" "gateway" {
  for_each = var.subnet_ids

  name            = local.service_names[each.key]
  cluster         = aws_ecs_cluster.gateway.arn
  task_definition = aws_ecs_task_definition.gateway[each.key].arn
  launch_type     = "FARGATE"
  tags            = local.tags

  # INVARIANT: the log of a zone has one writer. A second task starts only after the first has let go of it.
  desired_count                      = 1
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  health_check_grace_period_seconds  = 90

  enable_execute_command  = false
  enable_ecs_managed_tags = true
  propagate_tags          = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = [each.value]
    security_groups  = [aws_security_group.task.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.gateway.arn
    container_name   = "gateway"
    container_port   = local.port
  }

  lifecycle {
    # The kill switch sets it to 0, and the next apply must not undo that.
    ignore_changes = [desired_count]
  }

  # Without these a task starts, fails and is counted against the circuit breaker.
  depends_on = [
    aws_efs_file_system_policy.state,
    aws_efs_mount_target.state,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.state,
    aws_iam_role_policy.task,
    aws_lb_listener.gateway,
    aws_vpc_security_group_egress_rule.task_endpoints,
    aws_vpc_security_group_egress_rule.task_s3,
    aws_vpc_security_group_egress_rule.task_state,
  ]
}
