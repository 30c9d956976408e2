output "log_delivery" {
  description = "Resource policy of CloudWatch Logs: delivery of logs may write these log groups."
  value       = jsonencode(local.log_delivery)
}
