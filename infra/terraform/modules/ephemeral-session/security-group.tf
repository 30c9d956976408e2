resource "aws_security_group" "session" {
  name        = "${var.name}-session"
  description = "Ephemeral sessions: nobody connects to them"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-session" })
}

resource "aws_vpc_security_group_egress_rule" "inside" {
  for_each = var.egress_security_group_ids

  security_group_id            = aws_security_group.session.id
  referenced_security_group_id = each.value
  description                  = "Inside the VPC: ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.session.id
  prefix_list_id    = var.s3_prefix_list_id
  description       = "Layers of the image and the policy bundle"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}

# Which names these lead to is for the firewall to say: a security group knows addresses only.
resource "aws_vpc_security_group_egress_rule" "outside" {
  for_each = { for port in var.egress_ports : tostring(port) => port }

  security_group_id = aws_security_group.session.id
  cidr_ipv4         = "0.0.0.0/0"
  description       = "Port ${each.key}, through the firewall"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  tags              = local.tags
}
