resource "aws_security_group" "load_balancer" {
  name        = "${var.name}-gateway-lb"
  description = "Load balancer of the Sallyport gateway"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-gateway-lb" })
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.load_balancer.id
  referenced_security_group_id = each.value
  description                  = "Requests of ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  security_group_id            = aws_security_group.load_balancer.id
  referenced_security_group_id = aws_security_group.task.id
  description                  = "Requests and health checks to the tasks"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = local.tags
}

resource "aws_security_group" "task" {
  name        = "${var.name}-gateway-task"
  description = "Tasks of the Sallyport gateway, the only ones that reach Bedrock"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-gateway-task" })
}

resource "aws_vpc_security_group_ingress_rule" "task" {
  security_group_id            = aws_security_group.task.id
  referenced_security_group_id = aws_security_group.load_balancer.id
  description                  = "Requests and health checks of the load balancer"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "task_endpoints" {
  for_each = var.endpoint_security_group_ids

  security_group_id            = aws_security_group.task.id
  referenced_security_group_id = each.value
  description                  = "Interface endpoints: ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "task_s3" {
  security_group_id = aws_security_group.task.id
  prefix_list_id    = var.s3_prefix_list_id
  description       = "Layers of the image and the policy bundle"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "task_state" {
  security_group_id            = aws_security_group.task.id
  referenced_security_group_id = aws_security_group.state.id
  description                  = "State and log"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  tags                         = local.tags
}

resource "aws_security_group" "state" {
  name        = "${var.name}-gateway-state"
  description = "File system of the Sallyport gateway"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-gateway-state" })
}

resource "aws_vpc_security_group_ingress_rule" "state" {
  security_group_id            = aws_security_group.state.id
  referenced_security_group_id = aws_security_group.task.id
  description                  = "State and log"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  tags                         = local.tags
}
