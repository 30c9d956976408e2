mock_provider "aws" {}

variables {
  region                = "eu-central-1"
  account_id            = "111122223333"
  break_glass_role_arns = ["arn:aws:iam::111122223333:role/sallyport-break-glass"]
  role                  = "workload"
}

run "a4_keys_rotate_and_wait_thirty_days" {
  command = plan

  assert {
    condition     = toset(keys(aws_kms_key.this)) == toset(["data", "sessions", "logs"])
    error_message = "a workload has the keys data, sessions and logs"
  }
  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.enable_key_rotation && key.deletion_window_in_days == 30])
    error_message = "each key rotates and can be saved for thirty days"
  }
  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.bypass_policy_lockout_safety_check])
    error_message = "a protected key needs the safety check of KMS switched off, or it is refused"
  }
}

run "an_archive_has_a_key_for_each_bucket" {
  command = plan
  variables {
    role = "archive"
  }

  assert {
    condition     = toset(keys(aws_kms_key.this)) == toset(["audit", "sessions", "trail", "logs"])
    error_message = "an archive has the keys audit, sessions, trail and logs"
  }
}

run "the_keys_of_production_are_protected" {
  command = plan
  variables {
    protected = false
  }
  expect_failures = [var.protected]
}

run "protected_keys_need_a_break_glass_role" {
  command = plan
  variables {
    break_glass_role_arns = []
  }
  expect_failures = [var.protected]
}

run "a_role_is_named_whole" {
  command = plan
  variables {
    break_glass_role_arns = ["break-glass"]
  }
  expect_failures = [var.break_glass_role_arns]
}

run "an_unknown_role_of_keys_is_refused" {
  command = plan
  variables {
    role = "other"
  }
  expect_failures = [var.role]
}

run "log_groups_are_not_all_of_them" {
  command = plan
  variables {
    log_group_prefixes = ["*"]
  }
  expect_failures = [var.log_group_prefixes]
}
