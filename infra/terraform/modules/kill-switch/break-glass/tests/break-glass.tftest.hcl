mock_provider "aws" {}

variables {
  trusted_user_arns = ["arn:aws:iam::111122223333:user/emergency-anna"]
}

run "one_role_for_an_hour" {
  assert {
    condition     = aws_iam_role.break_glass.name == "sallyport-break-glass" && aws_iam_role.break_glass.max_session_duration == 3600
    error_message = "Other modules name the role, and an emergency is an hour at a time."
  }
}

run "nobody_is_not_trusted" {
  command = plan

  variables {
    trusted_user_arns = []
  }

  expect_failures = [var.trusted_user_arns]
}

run "an_account_is_not_a_person" {
  command = plan

  variables {
    trusted_user_arns = ["arn:aws:iam::111122223333:root"]
  }

  expect_failures = [var.trusted_user_arns]
}

run "a_second_factor_of_yesterday_is_none" {
  command = plan

  variables {
    max_mfa_age_seconds = 86400
  }

  expect_failures = [var.max_mfa_age_seconds]
}
