mock_provider "aws" {
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111122223333:policy/sallyport-boundary" }
  }
}

variables {
  region     = "eu-central-1"
  account_id = "111122223333"
}

run "i9_two_boundaries_of_which_one_reaches_no_model" {
  assert {
    condition     = aws_iam_policy.host.name == "sallyport-host-boundary" && aws_iam_policy.service.name == "sallyport-service-boundary"
    error_message = "Other modules name the boundaries by these names."
  }

  assert {
    condition     = alltrue([for document in [aws_iam_policy.host.policy, aws_iam_policy.service.policy] : length(document) <= 6144])
    error_message = "AWS takes 6144 characters."
  }
}

run "an_account_has_twelve_digits" {
  command = plan

  variables {
    account_id = "1111"
  }

  expect_failures = [var.account_id]
}
