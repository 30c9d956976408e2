locals {
  azs = { for index, az in var.azs : az => index }

  # Zones with a way out; without one there is no subnet for NAT and firewall.
  egress_azs = var.egress == "firewall" ? local.azs : {}

  # A quarter of the VPC for each zone, the last one free. Of a quarter: half for hosts, a quarter for endpoints and gateway.
  parts = { for az, index in local.azs : az => cidrsubnets(cidrsubnet(var.vpc_cidr, 2, index), 1, 2, 4, 4, 4) }

  cidrs = {
    private  = { for az, part in local.parts : az => part[0] }
    endpoint = { for az, part in local.parts : az => part[1] }
    database = { for az, part in local.parts : az => part[2] }
    firewall = { for az, part in local.parts : az => part[3] }
    public   = { for az, part in local.parts : az => part[4] }
  }
}

# NAT gateways alone stand here.
resource "aws_subnet" "public" {
  for_each = local.egress_azs

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = local.cidrs.public[each.key]
  map_public_ip_on_launch = false

  tags = merge(var.tags, { Name = "${var.name}-public-${each.key}" })
}

# Firewall endpoints alone stand here: what shares a subnet with an endpoint is not sent through it.
resource "aws_subnet" "firewall" {
  for_each = local.egress_azs

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = local.cidrs.firewall[each.key]
  map_public_ip_on_launch = false

  tags = merge(var.tags, { Name = "${var.name}-firewall-${each.key}" })
}

resource "aws_subnet" "private" {
  for_each = local.azs

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = local.cidrs.private[each.key]
  map_public_ip_on_launch = false

  tags = merge(var.tags, { Name = "${var.name}-private-${each.key}" })
}

resource "aws_subnet" "endpoint" {
  for_each = local.azs

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = local.cidrs.endpoint[each.key]
  map_public_ip_on_launch = false

  tags = merge(var.tags, { Name = "${var.name}-endpoint-${each.key}" })
}

resource "aws_subnet" "database" {
  for_each = local.azs

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = local.cidrs.database[each.key]
  map_public_ip_on_launch = false

  tags = merge(var.tags, { Name = "${var.name}-database-${each.key}" })
}
