mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/sallyport-bedrock-log" }
  }
  mock_resource "aws_bedrock_inference_profile" {
    defaults = { arn = "arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/a1b2c3d4e5f6" }
  }
  mock_resource "aws_bedrock_guardrail" {
    defaults = { guardrail_arn = "arn:aws:bedrock:eu-central-1:111122223333:guardrail/abcdef123456" }
  }
}

variables {
  region               = "eu-central-1"
  account_id           = "111122223333"
  bedrock_endpoint_ids = ["vpce-0123456789abcdef0"]
  gateway_role_name    = "sallyport-gateway-task"
  logs_key_arn         = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000001"
  model_arns           = ["arn:aws:bedrock:eu-*::foundation-model/anthropic.claude-sonnet-*"]
  invoke_policy        = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Own\",\"Effect\":\"Allow\",\"Action\":\"bedrock:InvokeModel\",\"Resource\":\"arn:aws:bedrock:eu-*::foundation-model/anthropic.claude-sonnet-*\"}]}"
}

run "i2_the_gateway_alone_gets_the_policy_of_models" {
  assert {
    condition     = aws_iam_role_policy.gateway.role == "sallyport-gateway-task" && strcontains(aws_iam_role_policy.gateway.policy, "vpce-0123456789abcdef0")
    error_message = "The right to models belongs to the gateway, through its endpoint."
  }

  assert {
    condition     = length(aws_bedrock_inference_profile.this) == 0 && length(aws_bedrock_guardrail.this) == 0
    error_message = "Neither is made unless it is asked for."
  }
}

run "a9_invocations_are_logged_without_their_text" {
  assert {
    condition     = !aws_bedrock_model_invocation_logging_configuration.this.logging_config.text_data_delivery_enabled
    error_message = "Prompts are content of the company: they are logged only where somebody said so."
  }

  assert {
    condition     = aws_cloudwatch_log_group.invocations.name == "/sallyport/bedrock-invocations" && aws_cloudwatch_log_group.invocations.kms_key_id == var.logs_key_arn
    error_message = "The key of logs serves groups whose names begin with /sallyport/."
  }
}

run "i4_a_profile_that_terraform_makes_is_one_that_the_gateway_may_call" {
  variables {
    application_profiles = { review = "arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0" }
  }

  assert {
    condition     = strcontains(aws_iam_role_policy.gateway.policy, "application-inference-profile/a1b2c3d4e5f6")
    error_message = "The profile's own ARN, not a pattern, is allowed."
  }
}

run "a_guardrail_looks_at_what_goes_in" {
  variables {
    guardrail = { pii_entities = ["AWS_SECRET_KEY"] }
  }

  assert {
    condition     = one(aws_bedrock_guardrail.this[0].content_policy_config[0].filters_config).output_strength == "NONE" && strcontains(aws_iam_role_policy.gateway.policy, "guardrail/abcdef123456")
    error_message = "Bedrock takes no output strength for attacks, and the gateway may apply the guardrail."
  }
}

run "i4_a_profile_of_another_vendor_is_not_made" {
  command = plan

  variables {
    application_profiles = { other = "arn:aws:bedrock:eu-central-1::foundation-model/amazon.nova-pro-v1:0" }
  }

  expect_failures = [var.application_profiles]
}

run "a_pattern_of_all_models_is_no_policy" {
  command = plan

  variables {
    invoke_policy = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"bedrock:InvokeModel\",\"Resource\":\"arn:aws:bedrock:*::foundation-model/*anthropic.\"}]}"
  }

  expect_failures = [var.invoke_policy]
}

run "models_of_another_vendor_are_refused" {
  command = plan

  variables {
    model_arns = ["arn:aws:bedrock:eu-*::foundation-model/*"]
  }

  expect_failures = [var.model_arns]
}

run "without_an_endpoint_there_is_no_way_to_models" {
  command = plan

  variables {
    bedrock_endpoint_ids = []
  }

  expect_failures = [var.bedrock_endpoint_ids]
}

run "a_number_of_days_that_aws_does_not_know" {
  command = plan

  variables {
    log_retention_days = 2555
  }

  expect_failures = [var.log_retention_days]
}
