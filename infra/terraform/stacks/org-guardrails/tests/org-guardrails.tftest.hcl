mock_provider "aws" {
  mock_resource "aws_ssoadmin_permission_set" {
    defaults = { arn = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef" }
  }
}

mock_provider "aws" {
  alias = "global"
}

variables {
  region                 = "eu-central-1"
  management_account_id  = "777766665555"
  workload_account_ids   = ["111122223333"]
  log_archive_account_id = "444455556666"
  extra_regions          = ["eu-west-1"]
  deployment_role_arns   = ["arn:aws:iam::111122223333:role/terraform", "arn:aws:iam::444455556666:role/terraform"]
  sso_instance_arn       = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
  scp_targets            = { workload = ["ou-ab12-cdef3456"], archive = ["444455556666"] }
  policy = {
    format   = 1
    provider = "bedrock"
    region   = "eu-central-1"
    iam      = { guardrail = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"OtherModels\",\"Effect\":\"Deny\",\"Action\":\"bedrock:InvokeModel\",\"NotResource\":[\"arn:aws:bedrock:eu-*::foundation-model/anthropic.claude-*\"]}]}" }
  }
}

run "policies_and_sets_are_there" {
  command = plan

  assert {
    condition     = toset(keys(output.scp_characters)) == toset(["models", "perimeter", "evidence", "organization"])
    error_message = "Four policies."
  }
}

run "agents_do_not_work_in_the_management_account" {
  command = plan

  variables {
    management_account_id = "111122223333"
  }

  expect_failures = [var.management_account_id]
}

run "a_policy_for_another_provider_limits_nothing_in_bedrock" {
  command = plan

  variables {
    policy = { format = 1, provider = "anthropic", region = "eu-central-1", iam = { guardrail = "{\"Statement\":[{\"NotResource\":\"anthropic.\"}]}" } }
  }

  expect_failures = [var.policy]
}
