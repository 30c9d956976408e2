output "security_group_ids" {
  description = "Security groups of the interface endpoints: `endpoints` of all but one, `bedrock` of bedrock-runtime where that is there. A client needs egress on port 443 to them."
  value       = { for name, group in aws_security_group.this : name => group.id }
}

output "security_group_id" {
  description = "Security group of all interface endpoints but bedrock-runtime."
  value       = aws_security_group.this["endpoints"].id
}

output "bedrock_security_group_id" {
  description = "Security group of the endpoint of bedrock-runtime; null where it is not there."
  value       = local.has_bedrock ? aws_security_group.this["bedrock"].id : null
}

output "interface_endpoint_ids" {
  description = "Service to the id of its interface endpoint."
  value       = { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id }
}

output "bedrock_endpoint_id" {
  description = "The endpoint of bedrock-runtime, for conditions on aws:SourceVpce; null where it is not there."
  value       = local.has_bedrock ? aws_vpc_endpoint.interface["bedrock-runtime"].id : null
}

output "s3_endpoint_id" {
  description = "The gateway endpoint of S3."
  value       = aws_vpc_endpoint.s3.id
}

output "s3_prefix_list_id" {
  description = "Prefix list of S3 in the region: what a security group names to let traffic to the gateway endpoint."
  value       = aws_vpc_endpoint.s3.prefix_list_id
}
