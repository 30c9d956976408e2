resource "aws_lb" "gateway" {
  name               = "${var.name}-gateway"
  load_balancer_type = "network"
  internal           = true
  subnets            = values(var.subnet_ids)
  security_groups    = [aws_security_group.load_balancer.id]
  tags               = local.tags

  # One task stands in each zone; while it is replaced, the zone's hosts are served by the others.
  enable_cross_zone_load_balancing                             = true
  enable_deletion_protection                                   = var.environment == "production"
  enforce_security_group_inbound_rules_on_private_link_traffic = "on"
}

resource "aws_lb_target_group" "gateway" {
  name        = "${var.name}-gateway"
  vpc_id      = var.vpc_id
  target_type = "ip"
  protocol    = "TLS"
  port        = local.port
  tags        = local.tags

  # As long as a task has for letting its streams end.
  deregistration_delay   = 120
  connection_termination = true
  # Who asks is proven by the request. With the hosts' addresses the tasks would have to admit all of them.
  preserve_client_ip = "false"

  health_check {
    protocol            = "HTTPS"
    port                = "traffic-port"
    path                = "/healthz"
    matcher             = "200"
    interval            = 10
    timeout             = 6
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "gateway" {
  load_balancer_arn = aws_lb.gateway.arn
  protocol          = "TLS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-3-2021-06"
  certificate_arn   = var.certificate_arn
  tags              = local.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.gateway.arn
  }
}

# The zone is the one name and no more, so that it hides no other name below the company's domain.
resource "aws_route53_zone" "gateway" {
  name    = var.hostname
  comment = "Sallyport gateway, inside the VPC."
  tags    = local.tags

  vpc {
    vpc_id = var.vpc_id
  }
}

resource "aws_route53_record" "gateway" {
  zone_id = aws_route53_zone.gateway.zone_id
  name    = var.hostname
  type    = "A"

  alias {
    name                   = aws_lb.gateway.dns_name
    zone_id                = aws_lb.gateway.zone_id
    evaluate_target_health = true
  }
}
