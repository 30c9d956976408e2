output "key_arns" {
  description = "ARN of each key by what it is for: data, sessions and logs in a workload; audit, sessions, trail and logs in an archive; audit, sessions and trail in a replica."
  value       = { for purpose, key in aws_kms_key.this : purpose => key.arn }
}

output "key_ids" {
  description = "Id of each key by what it is for."
  value       = { for purpose, key in aws_kms_key.this : purpose => key.key_id }
}

output "alias_names" {
  description = "Alias of each key by what it is for."
  value       = { for purpose, alias in aws_kms_alias.this : purpose => alias.name }
}
