mock_provider "aws" {
  mock_resource "aws_security_group" {
    defaults = { id = "sg-0123456789abcdef0" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:111122223333:Automation-sallyport-approvals" }
  }
  mock_resource "aws_network_acl" {
    defaults = { id = "acl-0123456789abcdef0" }
  }
}

variables {
  region        = "eu-central-1"
  account_id    = "111122223333"
  role_names    = ["sallyport-host", "sallyport-gateway-task"]
  vpc_id        = "vpc-0123456789abcdef0"
  approver_arns = ["arn:aws:iam::111122223333:role/security"]
}

run "a9_everything_can_be_stopped" {
  assert {
    condition     = toset(keys(aws_ssm_document.this)) == toset(["stop-everything", "stop-roles", "stop-sessions", "stop-launches", "stop-hosts", "resume"])
    error_message = "Without gateway, session cluster and subnets, these are left."
  }

  assert {
    condition     = alltrue([for name, document in aws_ssm_document.this : document.name == "sallyport-kill-switch-${name}" && document.document_type == "Automation"])
    error_message = "Alarms and permission sets know the documents by these names."
  }

  assert {
    condition     = length(aws_security_group.isolation.ingress) == 0 && length(aws_security_group.isolation.egress) == 0
    error_message = "An isolated host has no rule at all."
  }
}

run "parts_that_are_there_can_be_stopped_one_by_one" {
  variables {
    gateway              = { cluster_name = "sallyport-gateway", service_names = ["a", "b"] }
    session_cluster_name = "sallyport-sessions"
    host_subnet_ids      = ["subnet-0123456789abcdef0"]
    host_network_acl_id  = "acl-0fedcba9876543210"
    evidence_cidrs       = ["10.64.32.0/20", "10.64.96.0/20"]
    notification_key_arn = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000001"
    alert_emails         = ["oncall@example.com"]
    alert_target_arns    = ["arn:aws:sqs:eu-central-1:111122223333:pager"]
  }

  assert {
    condition     = startswith(aws_sns_topic.approvals.name, "Automation") && aws_sns_topic.approvals.arn == jsondecode(aws_ssm_document.this["resume"].content).mainSteps[0].inputs.NotificationArn
    error_message = "Approval is asked over this topic, whose name Systems Manager takes."
  }

  assert {
    condition     = aws_sns_topic.approvals.kms_master_key_id == var.notification_key_arn && aws_sns_topic_subscription.email["oncall@example.com"].topic_arn == aws_sns_topic.approvals.arn && length(aws_sns_topic_subscription.queue) == 1
    error_message = "Whoever gets the alarms is told that approval is asked for."
  }

  assert {
    condition     = length(aws_ssm_document.this) == 9
    error_message = "Everything, seven parts, and resume."
  }

  assert {
    condition = alltrue([for row in aws_network_acl.draining.egress : row.from_port == 443 && row.to_port == 443 && row.protocol == "tcp" && startswith(row.cidr_block, "10.64.")]) && toset([
      for row in concat(tolist(aws_network_acl.draining.egress), tolist(aws_network_acl.draining.ingress)) : row.cidr_block
    ]) == toset(["10.64.32.0/20", "10.64.96.0/20"])
    error_message = "While the log leaves, the endpoints are all that is reached."
  }
}

run "a_plan_knows_what_it_makes_before_the_network_exists" {
  command = plan

  assert {
    condition     = length(aws_ssm_document.this) == 6
    error_message = "The set of documents must not hang on ids that AWS gives."
  }
}

run "somebody_has_to_approve" {
  command = plan

  variables {
    approver_arns = []
  }

  expect_failures = [var.approver_arns]
}

run "who_is_told_can_be_written_to" {
  command = plan

  variables {
    alert_emails      = ["nobody"]
    alert_target_arns = ["pager"]
  }

  expect_failures = [var.alert_emails, var.alert_target_arns]
}

run "what_guards_still_hold_has_a_way" {
  command = plan

  variables {
    host_subnet_ids     = ["subnet-0123456789abcdef0"]
    host_network_acl_id = "acl-0fedcba9876543210"
  }

  expect_failures = [var.evidence_cidrs]
}

run "that_way_is_no_way_out" {
  command = plan

  variables {
    evidence_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.evidence_cidrs]
}

run "nobody_waits_longer_than_a_script_may_run" {
  command = plan

  variables {
    delivery_seconds = 600
  }

  expect_failures = [var.delivery_seconds]
}

run "a_gateway_has_services" {
  command = plan

  variables {
    gateway = { cluster_name = "sallyport-gateway", service_names = [] }
  }

  expect_failures = [var.gateway]
}
