resource "aws_security_group" "isolation" {
  name        = "${var.name}-isolation"
  description = "Isolated hosts: nothing in, nothing out"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-isolation" })
}

# Without a rule of its own, a network ACL lets nothing through.
resource "aws_network_acl" "closed" {
  vpc_id = var.vpc_id
  tags   = merge(var.tags, { Name = "${var.name}-closed" })
}

# What is left open until the log is handed over. S3 is not: its addresses are those of everybody's buckets, and no row tells them apart.
resource "aws_network_acl" "draining" {
  vpc_id = var.vpc_id

  dynamic "egress" {
    for_each = var.evidence_cidrs
    content {
      rule_no    = 100 + 10 * egress.key
      action     = "allow"
      protocol   = "tcp"
      cidr_block = egress.value
      from_port  = 443
      to_port    = 443
    }
  }

  dynamic "ingress" {
    for_each = var.evidence_cidrs
    content {
      rule_no    = 100 + 10 * ingress.key
      action     = "allow"
      protocol   = "tcp"
      cidr_block = ingress.value
      from_port  = 1024
      to_port    = 65535
    }
  }

  tags = merge(var.tags, { Name = "${var.name}-draining" })
}
