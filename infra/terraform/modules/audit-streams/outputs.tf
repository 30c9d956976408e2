output "audit_stream_name" {
  description = "Stream that hosts and gateways deliver the audit log to."
  value       = aws_kinesis_firehose_delivery_stream.this["audit"].name
}

output "audit_stream_arn" {
  description = "ARN of that stream."
  value       = aws_kinesis_firehose_delivery_stream.this["audit"].arn
}

output "sessions_stream_name" {
  description = "Stream of the recordings of sessions."
  value       = aws_kinesis_firehose_delivery_stream.this["sessions"].name
}

output "stream_names" {
  description = "Names of both streams, for alarms."
  value       = [for stream in aws_kinesis_firehose_delivery_stream.this : stream.name]
}

output "writer_role_arns" {
  description = "Roles of the streams, which the log archive lets write: audit and sessions."
  value       = { for purpose, role in aws_iam_role.stream : purpose => role.arn }
}

output "put_policy_json" {
  description = "Policy for whoever delivers the audit log: the two calls that put records, on that stream alone."
  value       = module.documents.put_policy_json
}
