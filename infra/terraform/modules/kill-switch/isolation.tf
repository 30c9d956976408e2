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
