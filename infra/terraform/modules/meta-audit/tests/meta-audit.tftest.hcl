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
}

mock_provider "aws" {
  alias = "global"
}

variables {
  region       = "eu-central-1"
  account_id   = "444455556666"
  logs_key_arn = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000001"
  trail = {
    bucket_name = "sallyport-trail-444455556666"
    kms_key_arn = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000002"
  }
  data_event_bucket_arns = ["arn:aws:s3:::sallyport-audit-444455556666", "arn:aws:s3:::sallyport-sessions-444455556666"]
  trail_bucket_arn       = "arn:aws:s3:::sallyport-trail-444455556666"
  alert_emails           = ["oncall@example.com"]
  stream_names           = ["sallyport-audit", "sallyport-sessions"]
  heartbeat_stream_name  = "sallyport-audit"
  heartbeat_bucket_name  = "sallyport-audit-444455556666"
}

run "a9_the_trail_is_whole" {
  command = apply

  assert {
    condition     = aws_cloudtrail.this.is_multi_region_trail && aws_cloudtrail.this.enable_log_file_validation && aws_cloudtrail.this.include_global_service_events && aws_cloudtrail.this.kms_key_id == var.trail.kms_key_arn
    error_message = "the trail covers all regions, is validated and encrypted"
  }
  assert {
    condition     = length(aws_cloudtrail.this.advanced_event_selector) == 3
    error_message = "management, objects of the archive, objects of the trail"
  }
}

run "a10_silence_is_an_alarm" {
  command = apply

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.heartbeat)) == toset(["stream", "bucket", "trail"])
    error_message = "the stream, the bucket and the trail must not fall silent"
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.heartbeat : alarm.treat_missing_data == "breaching" && alarm.comparison_operator == "LessThanThreshold"])
    error_message = "a metric that is not there is silence too"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.stream) == 6
    error_message = "each stream has alarms for late, failing and throttled"
  }
}

run "a10_every_watch_has_a_rule_with_the_topic_behind_it" {
  command = apply

  assert {
    condition     = length(aws_cloudwatch_event_rule.watch) == 25 && alltrue([for target in aws_cloudwatch_event_target.watch : target.arn == aws_sns_topic.alerts.arn])
    error_message = "each rule sends to the topic of alarms"
  }
  assert {
    condition     = length(module.forward_global.rule_names) == 6
    error_message = "events of global services are brought here"
  }
}

run "the_region_of_global_services_forwards_nothing_to_itself" {
  command = plan
  variables {
    region = "us-east-1"
  }

  assert {
    condition     = length(module.forward_global.rule_names) == 0
    error_message = "an event must not come twice"
  }
}

run "an_account_without_the_archive_has_no_rules_for_it" {
  command = plan
  variables {
    data_event_bucket_arns = []
    trail_bucket_arn       = null
    heartbeat_bucket_name  = null
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_event_rule.watch), "archive-objects") && length(aws_cloudtrail.this.advanced_event_selector) == 1
    error_message = "there are no buckets to watch"
  }
}

run "alarms_that_nobody_gets_are_refused_in_production" {
  command = plan
  variables {
    alert_emails = []
  }
  expect_failures = [var.alert_emails]
}

run "a_heartbeat_of_broken_minutes_is_refused" {
  command = plan
  variables {
    heartbeat_minutes = 7
  }
  expect_failures = [var.heartbeat_minutes]
}
