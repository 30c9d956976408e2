# Out: host -> firewall endpoint -> NAT gateway -> internet gateway, all of one zone, so that the firewall sees the host's own
# address. Back: NAT gateway -> the same firewall endpoint -> host, because an engine that sees one direction alone cannot follow a
# connection.
#
# Routes stand in their tables and not beside them: one that somebody adds by hand, past the firewall, shows in the next plan.

resource "aws_internet_gateway" "this" {
  count = var.egress == "firewall" ? 1 : 0

  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = var.name })
}

resource "aws_eip" "nat" {
  for_each = local.egress_azs

  domain = "vpc"
  tags   = merge(var.tags, { Name = "${var.name}-nat-${each.key}" })
}

resource "aws_nat_gateway" "this" {
  for_each = local.egress_azs

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })

  # AWS refuses a NAT gateway in a VPC without an internet gateway.
  depends_on = [aws_internet_gateway.this]
}

# Without a route of its own a subnet shares the empty table of the endpoints: of a table whose last route goes, the provider
# would keep what is there.
locals {
  has_private_routes = var.egress == "firewall" || length(var.peer_routes) > 0
  private_table_ids  = { for az in var.azs : az => local.has_private_routes ? aws_route_table.private[az].id : aws_route_table.endpoint.id }
}

resource "aws_route_table" "private" {
  for_each = local.has_private_routes ? local.azs : {}

  vpc_id = aws_vpc.this.id

  dynamic "route" {
    for_each = contains(keys(local.egress_azs), each.key) ? [var.firewall_endpoint_ids[each.key]] : []
    content {
      cidr_block      = "0.0.0.0/0"
      vpc_endpoint_id = route.value
    }
  }

  dynamic "route" {
    for_each = var.peer_routes
    content {
      cidr_block                = route.key
      transit_gateway_id        = startswith(route.value, "tgw-") ? route.value : null
      vpc_peering_connection_id = startswith(route.value, "pcx-") ? route.value : null
    }
  }

  tags = merge(var.tags, { Name = "${var.name}-private-${each.key}" })
}

resource "aws_route_table_association" "private" {
  for_each = local.azs

  route_table_id = local.private_table_ids[each.key]
  subnet_id      = aws_subnet.private[each.key].id
}

resource "aws_route_table" "firewall" {
  for_each = local.egress_azs

  vpc_id = aws_vpc.this.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.this[each.key].id
  }

  tags = merge(var.tags, { Name = "${var.name}-firewall-${each.key}" })
}

resource "aws_route_table_association" "firewall" {
  for_each = local.egress_azs

  route_table_id = aws_route_table.firewall[each.key].id
  subnet_id      = aws_subnet.firewall[each.key].id
}

resource "aws_route_table" "public" {
  for_each = local.egress_azs

  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this[0].id
  }

  # AWS lets a route be narrower than the VPC's own only if it is exactly the network of a subnet. The other subnets need none: no
  # packet of theirs ever comes to a NAT gateway.
  route {
    cidr_block      = local.cidrs.private[each.key]
    vpc_endpoint_id = var.firewall_endpoint_ids[each.key]
  }

  tags = merge(var.tags, { Name = "${var.name}-public-${each.key}" })
}

resource "aws_route_table_association" "public" {
  for_each = local.egress_azs

  route_table_id = aws_route_table.public[each.key].id
  subnet_id      = aws_subnet.public[each.key].id
}

resource "aws_route_table" "endpoint" {
  vpc_id = aws_vpc.this.id
  route  = []
  tags   = merge(var.tags, { Name = "${var.name}-endpoint" })
}

resource "aws_route_table_association" "endpoint" {
  for_each = local.azs

  route_table_id = aws_route_table.endpoint.id
  subnet_id      = aws_subnet.endpoint[each.key].id
}

resource "aws_route_table" "database" {
  vpc_id = aws_vpc.this.id
  route  = []
  tags   = merge(var.tags, { Name = "${var.name}-database" })
}

resource "aws_route_table_association" "database" {
  for_each = local.azs

  route_table_id = aws_route_table.database.id
  subnet_id      = aws_subnet.database[each.key].id
}
