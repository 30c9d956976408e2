output "log_group_name" {
  description = "Log of model invocations in CloudWatch Logs."
  value       = aws_cloudwatch_log_group.invocations.name
}

output "application_profile_arns" {
  description = "Application inference profiles by name: what the service control policy about models has to list."
  value       = { for name, profile in aws_bedrock_inference_profile.this : name => profile.arn }
}

output "guardrail" {
  description = "Identifier, ARN and version of the guardrail; null where none is made."
  value = length(aws_bedrock_guardrail.this) == 0 ? null : {
    id      = aws_bedrock_guardrail.this[0].guardrail_id
    arn     = aws_bedrock_guardrail.this[0].guardrail_arn
    version = aws_bedrock_guardrail_version.this[0].version
  }
}
