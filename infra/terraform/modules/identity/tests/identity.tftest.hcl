mock_provider "aws" {
  mock_resource "aws_ssoadmin_permission_set" {
    defaults = { arn = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef" }
  }
}

variables {
  region                 = "eu-central-1"
  workload_account_ids   = ["111122223333"]
  log_archive_account_id = "444455556666"
  allowed_regions        = ["eu-central-1", "eu-west-1"]
  deployment_role_arns   = ["arn:aws:iam::111122223333:role/terraform"]
  sso_instance_arn       = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
  scp_targets            = { workload = ["ou-ab12-cdef3456"], archive = ["444455556666"] }
  developer_policy_names = ["sallyport-session-developer"]
  guardrail              = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"OtherModels\",\"Effect\":\"Deny\",\"Action\":\"bedrock:InvokeModel\",\"NotResource\":[\"arn:aws:bedrock:eu-*::foundation-model/anthropic.claude-*\"]}]}"
  assignments = [
    { permission_set = "developer", group_id = "906712e5d4-1a2b3c4d-1111-2222-3333-444455556666", account_id = "111122223333" },
    { permission_set = "auditor", group_id = "1a2b3c4d-1111-2222-3333-444455556666", account_id = "444455556666" },
  ]
}

run "i6_the_owner_and_the_account_on_the_host_come_from_the_session" {
  assert {
    condition     = toset([for attribute in aws_ssoadmin_instance_access_control_attributes.this.attribute : attribute.key]) == toset(["sallyport:owner", "SSMSessionRunAs"])
    error_message = "Hosts are compared with the first, and the second is who one is on them."
  }

  assert {
    condition     = aws_ssoadmin_permission_set.this["developer"].session_duration == "PT1H"
    error_message = "Credentials of developers live an hour."
  }
}

run "i9_four_policies_guard_workloads_and_three_the_archive" {
  assert {
    condition     = length([for key in keys(aws_organizations_policy_attachment.this) : key if endswith(key, "/ou-ab12-cdef3456")]) == 4 && length([for key in keys(aws_organizations_policy_attachment.this) : key if endswith(key, "/444455556666")]) == 3
    error_message = "AWS takes five on one target, of which it has one itself."
  }

  assert {
    condition     = alltrue([for length in values(output.scp_characters) : length <= 5120])
    error_message = "AWS takes 5120 characters."
  }
}

run "two_assignments_are_made" {
  assert {
    condition     = length(aws_ssoadmin_account_assignment.this) == 2 && length(aws_ssoadmin_customer_managed_policy_attachment.developer) == 1
    error_message = "Each group gets its set."
  }
}

run "i3_a_guardrail_of_all_models_is_none" {
  command = plan

  variables {
    guardrail = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  }

  expect_failures = [var.guardrail]
}

run "i4_a_pattern_of_profiles_is_refused" {
  command = plan

  variables {
    application_profile_arns = ["arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/*"]
  }

  expect_failures = [var.application_profile_arns]
}

run "a_pattern_of_roles_deploys_nothing" {
  command = plan

  variables {
    deployment_role_arns = ["arn:aws:iam::*:role/terraform"]
  }

  expect_failures = [var.deployment_role_arns]
}

run "a_role_of_another_account_alone_deploys_nothing" {
  command = plan

  variables {
    deployment_role_arns = ["arn:aws:iam::777788889999:role/terraform"]
  }

  expect_failures = [var.deployment_role_arns]
}

run "a_log_archive_is_not_optional" {
  command = plan

  variables {
    log_archive_account_id = ""
  }

  expect_failures = [var.log_archive_account_id]
}

run "a_session_without_an_account_on_the_host_would_be_ssm_user" {
  command = plan

  variables {
    access_control_attributes = { "sallyport:owner" = "$${path:userName}" }
  }

  expect_failures = [var.access_control_attributes]
}

run "an_unknown_set_is_assigned_to_nobody" {
  command = plan

  variables {
    assignments = [{ permission_set = "root", group_id = "1a2b3c4d-1111-2222-3333-444455556666", account_id = "444455556666" }]
  }

  expect_failures = [var.assignments]
}

run "policies_are_attached_somewhere" {
  command = plan

  variables {
    scp_targets = { workload = [], archive = ["444455556666"] }
  }

  expect_failures = [var.scp_targets]
}
