output "archive" {
  description = "What stacks/workload is given as `archive`: where its streams write."
  value = {
    account_id          = var.account_id
    audit_bucket_arn    = module.store.bucket_arns["audit"]
    sessions_bucket_arn = module.store.bucket_arns["sessions"]
    audit_key_arn       = module.keys.key_arns["audit"]
    sessions_key_arn    = module.keys.key_arns["sessions"]
  }
}

output "trail" {
  description = "What meta-audit of other accounts is given as `trail`: where their trails write."
  value = {
    bucket_name = module.store.bucket_names["trail"]
    kms_key_arn = module.keys.key_arns["trail"]
  }
}

output "bucket_names" {
  description = "Names of the buckets: audit, sessions and trail."
  value       = module.store.bucket_names
}

output "replica_bucket_arns" {
  description = "ARNs of the copies; empty where there are none."
  value       = module.store.replica_bucket_arns
}

output "key_arns" {
  description = "Keys of the archive: audit, sessions, trail and logs."
  value       = module.keys.key_arns
}

output "topic_arn" {
  description = "Topic of the alarms of this account."
  value       = module.watch.topic_arn
}
