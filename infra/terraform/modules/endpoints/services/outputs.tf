output "known" {
  description = "Services that can be reached by an interface endpoint here: the last part of com.amazonaws.REGION.SERVICE."
  value       = keys(local.first_labels)
}

output "private_names" {
  description = "Service to the DNS name that its endpoint answers for."
  value       = { for service, labels in local.first_labels : service => "${replace(labels, "ACCOUNT", var.account_id)}.${var.region}.${local.suffix}" }
}

output "service_names" {
  description = "Service to its whole name, as an endpoint takes it; S3 for the gateway endpoint."
  value       = { for service in concat(keys(local.first_labels), ["s3"]) : service => "${local.reverse}.${var.region}.${service}" }
}

output "suffix" {
  description = "Domain of AWS services in the partition."
  value       = local.suffix
}
