output "bucket_names" {
  description = "Names of the buckets: audit, sessions and trail. Whoever uses one waits until its policy stands."
  value       = local.names
  depends_on  = [aws_s3_bucket_policy.this]
}

output "bucket_arns" {
  description = "ARNs of the buckets: audit, sessions and trail."
  value       = { for purpose, name in local.names : purpose => "arn:${var.partition}:s3:::${name}" }
  depends_on  = [aws_s3_bucket_policy.this]
}

output "replica_bucket_arns" {
  description = "ARNs of the copies; empty where there are none."
  value       = { for purpose, name in local.replica_names : purpose => "arn:${var.partition}:s3:::${name}" }
  depends_on  = [aws_s3_bucket_policy.replica]
}

output "replication_role_arn" {
  description = "Role that copies; null where nothing is copied."
  value       = local.is_replicated ? aws_iam_role.replication[0].arn : null
}
