resource "aws_security_group" "host" {
  name        = "${var.name}-host"
  description = "Governed hosts: nothing comes in."
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-host" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "endpoints" {
  security_group_id            = aws_security_group.host.id
  description                  = "AWS services by their endpoints"
  referenced_security_group_id = var.endpoints_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.host.id
  description       = "S3 by its gateway endpoint"
  prefix_list_id    = var.s3_prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "gateway" {
  count = var.gateway == null ? 0 : 1

  security_group_id            = aws_security_group.host.id
  description                  = "Requests to models"
  referenced_security_group_id = var.gateway.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.gateway.port
  to_port                      = var.gateway.port
  tags                         = local.tags
}

# By port alone: names are the firewall's, which all of this passes. No UDP, so neither QUIC nor a name server of one's own.
resource "aws_vpc_security_group_egress_rule" "firewall" {
  for_each = toset([for port in var.egress_ports : tostring(port)])

  security_group_id = aws_security_group.host.id
  description       = "What the policy lets commands reach, by the firewall"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.value)
  to_port           = tonumber(each.value)
  tags              = local.tags
}
