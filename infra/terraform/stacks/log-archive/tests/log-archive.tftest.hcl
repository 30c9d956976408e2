mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:444455556666:sallyport-alerts" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::444455556666:role/sallyport-event-forwarder" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:444455556666:log-group:/sallyport/cloudtrail" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000001" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::sallyport-audit-444455556666" }
  }
}

mock_provider "aws" {
  alias = "replica"
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-west-1:444455556666:key/00000000-0000-0000-0000-000000000002" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::sallyport-audit-replica-444455556666" }
  }
}

mock_provider "aws" {
  alias = "global"
}

variables {
  region                      = "eu-central-1"
  replica_region              = "eu-west-1"
  account_id                  = "444455556666"
  org_id                      = "o-a1b2c3d4e5"
  workload_accounts           = [{ account_id = "111122223333", region = "eu-central-1" }]
  acknowledge_compliance_lock = true
  break_glass_role_arns       = ["arn:aws:iam::444455556666:role/sallyport-break-glass"]
  alert_emails                = ["oncall@example.com"]
}

run "the_archive_of_production_is_built" {
  command = apply

  assert {
    condition     = output.archive.account_id == "444455556666" && length(output.replica_bucket_arns) == 3
    error_message = "three buckets with copies"
  }
  assert {
    condition     = length(module.forward_replica.rule_names) == 4
    error_message = "what happens to the copies is told of here too"
  }
}

run "a1_hosts_and_gateway_of_each_workload_keep_stores" {
  command = plan
  variables {
    workload_accounts = [
      { account_id = "111122223333", region = "eu-central-1" },
      { account_id = "222233334444", region = "eu-central-1", name = "research" },
      { account_id = "333344445555", region = "eu-central-1" },
    ]
  }

  assert {
    condition = local.store_writer_role_arns == [
      "arn:aws:iam::111122223333:role/sallyport-host",
      "arn:aws:iam::222233334444:role/research-host",
      "arn:aws:iam::333344445555:role/sallyport-host",
    ]
    error_message = "stores by instance are written by the hosts that stacks/workload makes, and not by the tasks of sessions"
  }
  assert {
    condition = jsonencode(local.named_store_writer_role_arns) == jsonencode({
      sallyport-gateway = ["arn:aws:iam::111122223333:role/sallyport-gateway-task", "arn:aws:iam::333344445555:role/sallyport-gateway-task"]
      research-gateway  = ["arn:aws:iam::222233334444:role/research-gateway-task"]
    })
    error_message = "gateways have stores by the name of their stack, and nobody else has"
  }
}

run "a_trial_in_one_account_is_built" {
  command = apply
  variables {
    environment                 = "development"
    lock_mode                   = "GOVERNANCE"
    acknowledge_compliance_lock = false
    retention_years             = null
    retention_days              = 1
    replica_region              = null
    org_id                      = null
    protected                   = false
    break_glass_role_arns       = []
    alert_emails                = []
    workload_accounts           = [{ account_id = "444455556666", region = "eu-central-1" }]
  }

  assert {
    condition     = length(output.replica_bucket_arns) == 0 && length(module.forward_replica.rule_names) == 0
    error_message = "no copies were asked for"
  }
}

run "a12_an_archive_in_the_workload_account_is_refused" {
  command = plan
  variables {
    workload_accounts = [{ account_id = "444455556666", region = "eu-central-1" }]
  }
  expect_failures = [var.workload_accounts]
}

run "an_archive_that_nobody_writes_to_is_refused" {
  command = plan
  variables {
    workload_accounts = []
  }
  expect_failures = [var.workload_accounts]
}

run "a2_less_than_seven_years_are_refused" {
  command = plan
  variables {
    retention_years = 1
  }
  expect_failures = [var.retention_years]
}

run "a_lock_that_nobody_acknowledged_is_refused" {
  command = plan
  variables {
    acknowledge_compliance_lock = false
  }
  expect_failures = [var.lock_mode]
}
