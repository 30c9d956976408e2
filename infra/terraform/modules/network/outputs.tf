output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "vpc_cidr" {
  description = "Addresses of the VPC."
  value       = var.vpc_cidr
}

output "public_subnet_ids" {
  description = "Subnets of the NAT gateways, by availability zone. Nothing else stands there. Empty where egress is none."
  value       = { for az, subnet in aws_subnet.public : az => subnet.id }
}

output "firewall_subnet_ids" {
  description = "Subnets of the firewall endpoints, by availability zone. Empty where egress is none."
  value       = { for az, subnet in aws_subnet.firewall : az => subnet.id }
}

output "private_subnet_ids" {
  description = "Subnets of developer hosts and sessions, by availability zone. The only ones with a way out."
  value       = { for az, subnet in aws_subnet.private : az => subnet.id }
}

output "endpoint_subnet_ids" {
  description = "Subnets of the VPC endpoints and of the gateway, by availability zone. They have no way out."
  value       = { for az, subnet in aws_subnet.endpoint : az => subnet.id }
}

output "database_subnet_ids" {
  description = "Subnets of the database, by availability zone. They have no way out."
  value       = { for az, subnet in aws_subnet.database : az => subnet.id }
}

output "private_cidrs" {
  description = "Networks of the private subnets, by availability zone: `$HOME_NET` of the firewall."
  value       = local.cidrs.private
}

output "endpoint_cidrs" {
  description = "Networks of the endpoint subnets, by availability zone."
  value       = local.cidrs.endpoint
}

output "private_route_table_ids" {
  description = "Route tables of the private subnets, by availability zone."
  value       = local.private_table_ids
}

output "endpoint_route_table_id" {
  description = "Route table of the endpoint subnets."
  value       = aws_route_table.endpoint.id
}

output "s3_route_table_ids" {
  description = "Route tables that need the route to S3: those of the private and of the endpoint subnets, by a name for each. Input `route_table_ids` of the module endpoints."
  value = merge(
    { for az, table in aws_route_table.private : "private-${az}" => table.id },
    { endpoint = aws_route_table.endpoint.id },
  )
}

output "nat_public_ips" {
  description = "Addresses from which traffic comes out, by availability zone: what a partner puts on an allowlist. Empty where egress is none."
  value       = { for az, address in aws_eip.nat : az => address.public_ip }
}

output "flow_log_group_name" {
  description = "Log group of the flow logs."
  value       = local.log_group_name
}

output "private_network_acl_id" {
  description = "Network access list of the private subnets while work goes on: what the kill switch puts back."
  value       = aws_network_acl.this["private"].id
}
