output "key_policies" {
  description = "Policy of each key by what it is for, as JSON."
  value       = { for purpose, statements in local.statements : purpose => jsonencode({ Version = "2012-10-17", Statement = statements }) }
}
