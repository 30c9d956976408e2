# Lists of the subnets hold where somebody changes a security group. They know no state, so that answers have rows of their own.
locals {
  anywhere  = "0.0.0.0/0"
  ephemeral = { from = 1024, to = 65535 }

  # What a router answers to a packet that is too large for it; without the answer a connection hangs.
  too_large = { protocol = "icmp", from = 0, to = 0, cidr = local.anywhere, type = 3, code = 4 }

  access_lists = merge(
    {
      # Everything may try to leave: the firewall records what it refuses, a list does not.
      private = {
        subnet_ids = [for subnet in aws_subnet.private : subnet.id]
        ingress = [
          { protocol = "-1", from = 0, to = 0, cidr = var.vpc_cidr },
          { protocol = "tcp", from = local.ephemeral.from, to = local.ephemeral.to, cidr = local.anywhere },
          local.too_large,
        ]
        egress = [{ protocol = "-1", from = 0, to = 0, cidr = local.anywhere }]
      }

      # Port 443 beyond the VPC is the gateway endpoint of S3, whose addresses are public; no other way leads out of here.
      endpoint = {
        subnet_ids = [for subnet in aws_subnet.endpoint : subnet.id]
        ingress = [
          { protocol = "tcp", from = 0, to = 65535, cidr = var.vpc_cidr },
          { protocol = "tcp", from = local.ephemeral.from, to = local.ephemeral.to, cidr = local.anywhere },
        ]
        egress = [
          { protocol = "tcp", from = 0, to = 65535, cidr = var.vpc_cidr },
          { protocol = "tcp", from = 443, to = 443, cidr = local.anywhere },
        ]
      }

      database = {
        subnet_ids = [for subnet in aws_subnet.database : subnet.id]
        ingress    = [{ protocol = "tcp", from = 5432, to = 5432, cidr = var.vpc_cidr }]
        egress     = [{ protocol = "tcp", from = local.ephemeral.from, to = local.ephemeral.to, cidr = var.vpc_cidr }]
      }
    },
    var.egress == "none" ? {} : {
      firewall = {
        subnet_ids = [for subnet in aws_subnet.firewall : subnet.id]
        ingress    = [{ protocol = "-1", from = 0, to = 0, cidr = local.anywhere }]
        egress     = [{ protocol = "-1", from = 0, to = 0, cidr = local.anywhere }]
      }

      # TCP alone leaves, and that answer: names asked over UDP and QUIC end here even if the firewall's rules were lost.
      public = {
        subnet_ids = [for subnet in aws_subnet.public : subnet.id]
        ingress = [
          { protocol = "tcp", from = 0, to = 65535, cidr = var.vpc_cidr },
          { protocol = "tcp", from = local.ephemeral.from, to = local.ephemeral.to, cidr = local.anywhere },
          local.too_large,
        ]
        egress = [
          { protocol = "tcp", from = 0, to = 65535, cidr = local.anywhere },
          merge(local.too_large, { cidr = var.vpc_cidr }),
        ]
      }
    },
  )
}

resource "aws_network_acl" "this" {
  for_each = local.access_lists

  vpc_id     = aws_vpc.this.id
  subnet_ids = each.value.subnet_ids

  dynamic "ingress" {
    for_each = each.value.ingress
    content {
      rule_no    = 100 + 10 * ingress.key
      action     = "allow"
      protocol   = ingress.value.protocol
      cidr_block = ingress.value.cidr
      from_port  = ingress.value.from
      to_port    = ingress.value.to
      icmp_type  = try(ingress.value.type, null)
      icmp_code  = try(ingress.value.code, null)
    }
  }

  dynamic "egress" {
    for_each = each.value.egress
    content {
      rule_no    = 100 + 10 * egress.key
      action     = "allow"
      protocol   = egress.value.protocol
      cidr_block = egress.value.cidr
      from_port  = egress.value.from
      to_port    = egress.value.to
      icmp_type  = try(egress.value.type, null)
      icmp_code  = try(egress.value.code, null)
    }
  }

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })

  lifecycle {
    # The kill switch gives hosts' subnets a list without rows, and an apply must not undo that by the way. Other subnets would not be
    # seen either, so that a change of subnets makes the lists anew.
    ignore_changes       = [subnet_ids]
    replace_triggered_by = [terraform_data.listed_subnets]
  }
}

resource "terraform_data" "listed_subnets" {
  input = { for kind, list in local.access_lists : kind => list.subnet_ids }
}
