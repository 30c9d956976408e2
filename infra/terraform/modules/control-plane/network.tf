resource "aws_lb" "witness" {
  name               = local.service_name
  load_balancer_type = "network"
  internal           = true
  subnets            = values(var.subnet_ids)
  security_groups    = [aws_security_group.load_balancer.id]
  tags               = local.tags

  enable_cross_zone_load_balancing                             = true
  enable_deletion_protection                                   = var.environment == "production"
  enforce_security_group_inbound_rules_on_private_link_traffic = "on"
}

# The witness has no TLS of its own. What it is sent and answers is signed and public.
resource "aws_lb_target_group" "witness" {
  name               = local.service_name
  vpc_id             = var.vpc_id
  target_type        = "ip"
  protocol           = "TCP"
  port               = local.port
  preserve_client_ip = "false"
  tags               = local.tags

  deregistration_delay = 30

  health_check {
    protocol            = "TCP"
    port                = "traffic-port"
    interval            = 10
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "witness" {
  load_balancer_arn = aws_lb.witness.arn
  protocol          = "TLS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-3-2021-06"
  certificate_arn   = var.witness.certificate_arn
  tags              = local.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.witness.arn
  }
}

# The zone is the one name and no more, so that it hides no other name below the company's domain.
resource "aws_route53_zone" "witness" {
  name    = var.witness.hostname
  comment = "Sallyport witness, inside the VPC."
  tags    = local.tags

  vpc {
    vpc_id = var.vpc_id
  }
}

resource "aws_route53_record" "witness" {
  zone_id = aws_route53_zone.witness.zone_id
  name    = var.witness.hostname
  type    = "A"

  alias {
    name                   = aws_lb.witness.dns_name
    zone_id                = aws_lb.witness.zone_id
    evaluate_target_health = true
  }
}

resource "aws_security_group" "load_balancer" {
  name        = "${local.service_name}-lb"
  description = "Load balancer of the witness"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${local.service_name}-lb" })
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.load_balancer.id
  referenced_security_group_id = each.value
  description                  = "Checkpoints of ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  security_group_id            = aws_security_group.load_balancer.id
  referenced_security_group_id = aws_security_group.task.id
  description                  = "Checkpoints and health checks to the task"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = local.tags
}

resource "aws_security_group" "task" {
  name        = "${local.service_name}-task"
  description = "Task of the witness"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${local.service_name}-task" })
}

resource "aws_vpc_security_group_ingress_rule" "task" {
  security_group_id            = aws_security_group.task.id
  referenced_security_group_id = aws_security_group.load_balancer.id
  description                  = "Checkpoints and health checks"
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
  description       = "Layers of the image"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "task_memory" {
  security_group_id            = aws_security_group.task.id
  referenced_security_group_id = aws_security_group.memory.id
  description                  = "Key and memory of the witness"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  tags                         = local.tags
}

resource "aws_security_group" "memory" {
  name        = "${local.service_name}-memory"
  description = "File system of the witness"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${local.service_name}-memory" })
}

resource "aws_vpc_security_group_ingress_rule" "memory" {
  security_group_id            = aws_security_group.memory.id
  referenced_security_group_id = aws_security_group.task.id
  description                  = "Key and memory of the witness"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  tags                         = local.tags
}
