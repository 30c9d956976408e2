output "interface" {
  description = "Service to the policy of its interface endpoint."
  value       = local.interface
}

output "s3" {
  description = "Policy of the gateway endpoint of S3."
  value       = jsonencode(local.s3)
}
