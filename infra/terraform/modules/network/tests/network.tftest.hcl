mock_provider "aws" {
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:111122223333:log-group:mock" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }
}

variables {
  region           = "eu-central-1"
  account_id       = "111122223333"
  azs              = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  logs_kms_key_arn = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"
  firewall_endpoint_ids = {
    eu-central-1a = "vpce-0a"
    eu-central-1b = "vpce-0b"
    eu-central-1c = "vpce-0c"
  }
}

run "n3_out_through_the_firewall_of_the_same_zone" {
  assert {
    condition     = alltrue([for az, id in var.firewall_endpoint_ids : [for route in aws_route_table.private[az].route : [route.cidr_block, route.vpc_endpoint_id]] == [["0.0.0.0/0", id]]])
    error_message = "The only route of each private subnet must lead to the firewall endpoint of its zone."
  }

  assert {
    condition     = alltrue([for az in var.azs : [for route in aws_route_table.firewall[az].route : [route.cidr_block, route.nat_gateway_id]] == [["0.0.0.0/0", aws_nat_gateway.this[az].id]]])
    error_message = "Behind the firewall comes the NAT gateway of the same zone."
  }

  assert {
    condition     = alltrue([for az in var.azs : aws_nat_gateway.this[az].subnet_id == aws_subnet.public[az].id && anytrue([for route in aws_route_table.public[az].route : route.cidr_block == "0.0.0.0/0" && route.gateway_id == aws_internet_gateway.this[0].id])])
    error_message = "The NAT gateway stands in the public subnet of its zone, which alone leads to the internet gateway."
  }

  assert {
    condition = alltrue(flatten([
      for kind in [
        { tables = aws_route_table.private, subnets = aws_subnet.private, associations = aws_route_table_association.private },
        { tables = aws_route_table.firewall, subnets = aws_subnet.firewall, associations = aws_route_table_association.firewall },
        { tables = aws_route_table.public, subnets = aws_subnet.public, associations = aws_route_table_association.public },
      ] : [for az in var.azs : kind.associations[az].route_table_id == kind.tables[az].id && kind.associations[az].subnet_id == kind.subnets[az].id]
    ]))
    error_message = "Each subnet must have the route table of its kind and zone."
  }
}

run "n3_back_through_the_same_firewall" {
  assert {
    condition     = alltrue([for az, id in var.firewall_endpoint_ids : length(aws_route_table.public[az].route) == 2 && anytrue([for route in aws_route_table.public[az].route : route.cidr_block == aws_subnet.private[az].cidr_block && route.vpc_endpoint_id == id])])
    error_message = "What comes back to a NAT gateway must go to the firewall endpoint of its zone, by a route that is exactly the private subnet."
  }
}

run "n3_no_other_route_leads_out" {
  assert {
    condition     = length(aws_default_route_table.closed.route) == 0
    error_message = "The main route table must be empty: a subnet that nobody assigned would use it."
  }

  assert {
    condition     = length(aws_route_table.endpoint.route) == 0 && length(aws_route_table.database.route) == 0 && toset([for association in aws_route_table_association.endpoint : association.route_table_id]) == toset([aws_route_table.endpoint.id]) && toset([for association in aws_route_table_association.database : association.route_table_id]) == toset([aws_route_table.database.id])
    error_message = "Endpoint and database subnets must have empty tables of their own."
  }

  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.public), values(aws_subnet.private), values(aws_subnet.endpoint), values(aws_subnet.database), values(aws_subnet.firewall)) : subnet.map_public_ip_on_launch == false])
    error_message = "No subnet may give public addresses."
  }
}

run "n15_three_zones_of_five_kinds" {
  assert {
    condition     = length(distinct(concat(values(aws_subnet.public)[*].cidr_block, values(aws_subnet.firewall)[*].cidr_block, values(aws_subnet.private)[*].cidr_block, values(aws_subnet.endpoint)[*].cidr_block, values(aws_subnet.database)[*].cidr_block))) == 15
    error_message = "Five subnets in each of three zones, each with a network of its own."
  }

  assert {
    condition     = output.private_cidrs == { eu-central-1a = "10.64.0.0/19", eu-central-1b = "10.64.64.0/19", eu-central-1c = "10.64.128.0/19" }
    error_message = "Half of each zone's quarter is for hosts."
  }

  assert {
    condition     = aws_vpc.this.enable_dns_hostnames && aws_vpc.this.enable_dns_support
    error_message = "Private DNS of the endpoints needs DNS host names."
  }
}

run "n15_a_zone_more_moves_no_subnet" {
  variables {
    azs = ["eu-central-1a", "eu-central-1b"]
  }

  assert {
    condition     = output.private_cidrs == { eu-central-1a = "10.64.0.0/19", eu-central-1b = "10.64.64.0/19" }
    error_message = "The networks of two zones must be those that they have among three."
  }

  assert {
    condition     = aws_network_acl.this["private"].subnet_ids == toset(values(aws_subnet.private)[*].id) && length(aws_network_acl.this["private"].subnet_ids) == 2
    error_message = "A change of subnets must reach the lists, although a change of lists by the kill switch is left alone."
  }
}

run "n15_the_smallest_network_fits" {
  variables {
    vpc_cidr = "192.168.4.0/22"
  }

  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.public), values(aws_subnet.firewall), values(aws_subnet.database)) : endswith(subnet.cidr_block, "/28")]) && alltrue([for subnet in aws_subnet.endpoint : endswith(subnet.cidr_block, "/26")])
    error_message = "No subnet may be smaller than /28, and endpoints need room."
  }
}

run "n17_flow_logs_of_all_traffic_encrypted" {
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_flow_log.this.vpc_id == aws_vpc.this.id && aws_flow_log.this.log_destination == aws_cloudwatch_log_group.flow.arn && aws_cloudwatch_log_group.flow.kms_key_id == var.logs_kms_key_arn
    error_message = "All traffic of the VPC is logged, encrypted by our key."
  }

  assert {
    condition     = strcontains(aws_flow_log.this.log_format, "$${pkt-srcaddr}") && strcontains(aws_flow_log.this.log_format, "$${action}")
    error_message = "The format must show the address before NAT, in the spelling that AWS takes."
  }
}

run "n17_the_defaults_are_closed" {
  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "The default security group must have no rule."
  }

  assert {
    condition     = length(aws_default_network_acl.closed.ingress) == 0 && length(aws_default_network_acl.closed.egress) == 0
    error_message = "The default access list must have no rule."
  }

  assert {
    condition     = alltrue([for kind, ids in { public = values(aws_subnet.public)[*].id, firewall = values(aws_subnet.firewall)[*].id, private = values(aws_subnet.private)[*].id, endpoint = values(aws_subnet.endpoint)[*].id, database = values(aws_subnet.database)[*].id } : toset(ids) == aws_network_acl.this[kind].subnet_ids])
    error_message = "Each subnet needs a list of its own kind, or it falls under the default one."
  }
}

run "n10_behind_the_firewall_only_tcp_leaves" {
  assert {
    condition     = alltrue([for rule in aws_network_acl.this["public"].egress : rule.protocol == "6" || rule.protocol == "tcp" || (rule.cidr_block == var.vpc_cidr && rule.icmp_type == 3)])
    error_message = "UDP must not pass the list of the NAT subnets: it would be DNS or QUIC past the firewall."
  }
}

run "without_egress_there_is_no_way_out" {
  variables {
    egress                = "none"
    firewall_endpoint_ids = {}
  }

  assert {
    condition     = length(aws_internet_gateway.this) == 0 && length(aws_nat_gateway.this) == 0 && length(aws_route_table.private) == 0 && toset([for association in aws_route_table_association.private : association.route_table_id]) == toset([aws_route_table.endpoint.id]) && length(aws_subnet.public) == 0 && length(aws_eip.nat) == 0
    error_message = "With egress none nothing may lead out."
  }
}

run "a_way_to_a_peer_stands_beside_the_way_out" {
  variables {
    peer_cidrs  = ["10.0.0.0/16"]
    peer_routes = { "10.0.0.0/16" = "tgw-0a" }

    peer_routes_bypass_firewall = true
  }

  assert {
    condition     = alltrue([for table in aws_route_table.private : length(table.route) == 2 && anytrue([for route in table.route : route.cidr_block == "10.0.0.0/16" && route.transit_gateway_id == "tgw-0a"])])
    error_message = "Each private subnet needs the way to the peer."
  }

  assert {
    condition     = length(aws_route_table.endpoint.route) == 0
    error_message = "Endpoint subnets need no way to a peer."
  }
}

run "n3_a_way_past_the_firewall_is_nobodys_oversight" {
  command = plan

  variables {
    peer_cidrs  = ["10.0.0.0/16"]
    peer_routes = { "10.0.0.0/16" = "tgw-0a" }
  }

  expect_failures = [var.peer_routes]
}
