mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/sallyport-audit-stream" }
  }
  mock_resource "aws_kinesis_firehose_delivery_stream" {
    defaults = { arn = "arn:aws:firehose:eu-central-1:111122223333:deliverystream/sallyport-audit" }
  }
}

variables {
  region     = "eu-central-1"
  account_id = "111122223333"
  archive = {
    account_id          = "444455556666"
    audit_bucket_arn    = "arn:aws:s3:::sallyport-audit-444455556666"
    sessions_bucket_arn = "arn:aws:s3:::sallyport-sessions-444455556666"
    audit_key_arn       = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000001"
    sessions_key_arn    = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000002"
  }
  kms_key_arns = {
    data = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000003"
    logs = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000004"
  }
  session_log_group_name = "/sallyport/sessions"
}

run "a5_streams_have_a_place_for_errors_and_are_encrypted" {
  command = apply

  assert {
    condition = alltrue([for stream in aws_kinesis_firehose_delivery_stream.this : (
      strcontains(stream.extended_s3_configuration[0].error_output_prefix, "!{firehose:error-output-type}") &&
      stream.server_side_encryption[0].key_type == "CUSTOMER_MANAGED_CMK" &&
      stream.extended_s3_configuration[0].cloudwatch_logging_options[0].enabled
    )])
    error_message = "a stream with expressions in its prefix needs a prefix for errors, a key and a log of errors"
  }
}

run "a6_sessions_have_a_stream_and_a_bucket_of_their_own" {
  command = apply

  assert {
    condition     = aws_cloudwatch_log_subscription_filter.sessions[0].filter_pattern == "" && aws_cloudwatch_log_subscription_filter.sessions[0].log_group_name == "/sallyport/sessions"
    error_message = "everything of the log group of sessions goes to its stream"
  }
  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this["sessions"].extended_s3_configuration[0].bucket_arn != aws_kinesis_firehose_delivery_stream.this["audit"].extended_s3_configuration[0].bucket_arn
    error_message = "recordings and audit log do not share a bucket"
  }
}

run "a6_recordings_in_the_bucket_of_the_audit_log_are_refused" {
  command = plan
  variables {
    archive = {
      account_id          = "444455556666"
      audit_bucket_arn    = "arn:aws:s3:::sallyport-audit-444455556666"
      sessions_bucket_arn = "arn:aws:s3:::sallyport-audit-444455556666"
      audit_key_arn       = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000001"
      sessions_key_arn    = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000002"
    }
  }
  expect_failures = [var.archive]
}

run "a_missing_log_archive_account_is_refused" {
  command = plan
  variables {
    archive = {
      account_id          = ""
      audit_bucket_arn    = "arn:aws:s3:::sallyport-audit-444455556666"
      sessions_bucket_arn = "arn:aws:s3:::sallyport-sessions-444455556666"
      audit_key_arn       = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000001"
      sessions_key_arn    = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000002"
    }
  }
  expect_failures = [var.archive]
}

run "a_buffer_that_firehose_refuses_is_refused" {
  command = plan
  variables {
    buffering = { seconds = 10, megabytes = 64 }
  }
  expect_failures = [var.buffering]
}

run "a2_days_that_cloudwatch_does_not_know_are_refused" {
  command = plan
  variables {
    log_retention_days = 2555
  }
  expect_failures = [var.log_retention_days]
}
