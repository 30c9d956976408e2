mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::444455556666:role/sallyport-archive-replication" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::sallyport-audit-444455556666" }
  }
}

mock_provider "aws" {
  alias = "replica"
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::sallyport-audit-replica-444455556666" }
  }
}

variables {
  region                      = "eu-central-1"
  account_id                  = "444455556666"
  org_id                      = "o-a1b2c3d4e5"
  replica_region              = "eu-west-1"
  acknowledge_compliance_lock = true
  break_glass_role_arns       = ["arn:aws:iam::444455556666:role/sallyport-break-glass"]
  audit_writer_role_arns      = ["arn:aws:iam::111122223333:role/sallyport-audit-stream"]
  session_writer_role_arns    = ["arn:aws:iam::111122223333:role/sallyport-sessions-stream"]
  trail_arns                  = ["arn:aws:cloudtrail:eu-central-1:111122223333:trail/sallyport-trail"]
  kms_key_arns = {
    audit    = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000001"
    sessions = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000002"
    trail    = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000003"
  }
  replica_kms_key_arns = {
    audit    = "arn:aws:kms:eu-west-1:444455556666:key/00000000-0000-0000-0000-000000000004"
    sessions = "arn:aws:kms:eu-west-1:444455556666:key/00000000-0000-0000-0000-000000000005"
    trail    = "arn:aws:kms:eu-west-1:444455556666:key/00000000-0000-0000-0000-000000000006"
  }
}

run "a12_each_bucket_has_a_name_of_its_own_account" {
  command = apply

  assert {
    condition     = toset(keys(output.bucket_arns)) == toset(["audit", "sessions", "trail"]) && length(output.replica_bucket_arns) == 3
    error_message = "three buckets and three copies"
  }
  assert {
    condition     = aws_s3_bucket_replication_configuration.this["audit"].rule[0].delete_marker_replication[0].status == "Disabled"
    error_message = "markers of deletion are not copied"
  }
  assert {
    condition     = length(aws_s3_bucket_policy.this) == 3 && length(aws_s3_bucket_policy.replica) == 3
    error_message = "each bucket has a policy"
  }
}

run "a1_a_bucket_is_made_with_versions_and_a_lock" {
  command = plan
  module {
    source = "./locked-bucket"
  }
  variables {
    bucket_name        = "sallyport-audit-444455556666"
    kms_key_arn        = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000001"
    lock_mode          = "COMPLIANCE"
    retention_years    = 7
    retention_days     = null
    archive_after_days = 90
  }

  assert {
    condition     = aws_s3_bucket.this.object_lock_enabled && aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "a default retention needs a bucket made with a lock and with versions"
  }
  assert {
    condition     = aws_s3_bucket_object_lock_configuration.this.rule[0].default_retention[0].mode == "COMPLIANCE" && aws_s3_bucket_object_lock_configuration.this.rule[0].default_retention[0].years == 7
    error_message = "every version is kept for seven years"
  }
  assert {
    condition     = aws_s3_bucket_server_side_encryption_configuration.this.rule != null && length(aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration) == 0 && length(aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration) == 0
    error_message = "the bucket is encrypted and nothing expires"
  }
}

run "a2_less_than_seven_years_in_production_is_refused" {
  command = plan
  variables {
    retention_years = 6
  }
  expect_failures = [var.retention_years]
}

run "a2_days_in_production_are_refused" {
  command = plan
  variables {
    retention_years = null
    retention_days  = 3650
  }
  expect_failures = [var.retention_days]
}

run "a2_years_and_days_together_are_refused" {
  command = plan
  variables {
    environment    = "development"
    lock_mode      = "GOVERNANCE"
    retention_days = 1
  }
  expect_failures = [var.retention_years]
}

run "a_compliance_lock_that_nobody_acknowledged_is_refused" {
  command = plan
  variables {
    acknowledge_compliance_lock = false
  }
  expect_failures = [var.lock_mode]
}

run "governance_in_production_is_refused" {
  command = plan
  variables {
    lock_mode = "GOVERNANCE"
  }
  expect_failures = [var.lock_mode]
}

run "a_mode_that_s3_does_not_know_is_refused" {
  command = plan
  variables {
    environment = "development"
    lock_mode   = "LEGAL"
  }
  expect_failures = [var.lock_mode]
}

run "a_trial_keeps_a_day_and_has_no_copy" {
  command = plan
  variables {
    environment                 = "development"
    lock_mode                   = "GOVERNANCE"
    acknowledge_compliance_lock = false
    retention_years             = null
    retention_days              = 1
    replica_region              = null
    replica_kms_key_arns        = {}
    protected                   = false
    break_glass_role_arns       = []
    org_id                      = null
  }

  assert {
    condition     = length(aws_s3_bucket_policy.replica) == 0 && length(aws_iam_role.replication) == 0
    error_message = "no copies were asked for"
  }
}

run "a9_production_without_a_copy_is_refused" {
  command = plan
  variables {
    replica_region = null
  }
  expect_failures = [var.replica_region]
}

run "a_copy_in_the_same_region_is_refused" {
  command = plan
  variables {
    replica_region = "eu-central-1"
  }
  expect_failures = [var.replica_region]
}

run "a_copy_needs_a_key_of_its_region" {
  command = plan
  variables {
    replica_kms_key_arns = {}
  }
  expect_failures = [var.replica_kms_key_arns]
}

run "a3_unprotected_buckets_in_production_are_refused" {
  command = plan
  variables {
    protected = false
  }
  expect_failures = [var.protected]
}

run "protected_buckets_need_a_break_glass_role" {
  command = plan
  variables {
    break_glass_role_arns = []
  }
  expect_failures = [var.protected]
}

run "a_bucket_for_each_purpose_needs_its_key" {
  command = plan
  variables {
    kms_key_arns = { audit = "arn:aws:kms:eu-central-1:444455556666:key/1" }
  }
  expect_failures = [var.kms_key_arns]
}

run "a_writer_of_stores_is_named_whole" {
  command = plan
  variables {
    store_writer_role_arns = ["arn:aws:iam::111122223333:role/sallyport-host", "sallyport-gateway-task"]
  }
  expect_failures = [var.store_writer_role_arns]
}

run "a1_a_store_of_a_name_is_of_each_accounts_role" {
  command = apply
  variables {
    store_writer_role_arns       = ["arn:aws:iam::111122223333:role/sallyport-host"]
    named_store_writer_role_arns = { sallyport-gateway = ["arn:aws:iam::111122223333:role/sallyport-gateway-task", "arn:aws:iam::222233334444:role/sallyport-gateway-task"] }
  }

  assert {
    condition     = strcontains(aws_s3_bucket_policy.this["audit"].policy, "/logs/sallyport-gateway-$${aws:PrincipalAccount}/*")
    error_message = "the folder of a name must be told apart by the account that AWS says"
  }
}

run "a_writer_of_named_stores_is_named_whole" {
  command = plan
  variables {
    named_store_writer_role_arns = { gateway = ["sallyport-gateway-task"] }
  }
  expect_failures = [var.named_store_writer_role_arns]
}

run "a_name_that_could_be_a_session_is_refused" {
  command = plan
  variables {
    named_store_writer_role_arns = { "AROAEXAMPLE:i" = ["arn:aws:iam::111122223333:role/sallyport-gateway-task"] }
  }
  expect_failures = [var.named_store_writer_role_arns]
}

run "a_name_that_is_a_pattern_is_refused" {
  command = plan
  variables {
    named_store_writer_role_arns = { "*" = ["arn:aws:iam::111122223333:role/sallyport-gateway-task"] }
  }
  expect_failures = [var.named_store_writer_role_arns]
}

run "a_name_without_roles_is_refused" {
  command = plan
  variables {
    named_store_writer_role_arns = { gateway = [] }
  }
  expect_failures = [var.named_store_writer_role_arns]
}

run "a_role_with_two_folders_is_refused" {
  command = plan
  variables {
    store_writer_role_arns       = ["arn:aws:iam::111122223333:role/sallyport-gateway-task"]
    named_store_writer_role_arns = { gateway = ["arn:aws:iam::111122223333:role/sallyport-gateway-task"] }
  }
  expect_failures = [var.named_store_writer_role_arns]
}
