output "bucket_names" {
  description = "Name of each bucket by what it keeps."
  value       = local.bucket_names
}

output "replica_bucket_names" {
  description = "Name of each copy by what it keeps; empty where nothing is copied."
  value       = local.replica_names
}

output "bucket_policies" {
  description = "Policy of each bucket by what it keeps, as JSON."
  value = {
    for purpose, name in local.bucket_names : purpose => jsonencode({
      Version   = "2012-10-17"
      Statement = concat(local.shared_denials[name], local.write_rules[purpose], local.read_rules[name])
    })
  }
}

output "replica_bucket_policies" {
  description = "Policy of each copy by what it keeps, as JSON."
  value = {
    for purpose, name in local.replica_names : purpose => jsonencode({
      Version   = "2012-10-17"
      Statement = concat(local.shared_denials[name], local.copy_rules[purpose], local.read_rules[name])
    })
  }
}

output "replication_trust_json" {
  description = "Who may be the role that copies."
  value       = jsonencode(local.replication_trust)
}

output "replication_policy_json" {
  description = "What the role that copies may do."
  value       = jsonencode(local.replication_policy)
}
