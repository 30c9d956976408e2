mock_provider "aws" {
  mock_resource "aws_security_group" {
    defaults = { id = "sg-0123456789abcdef0" }
  }
  mock_resource "aws_network_acl" {
    defaults = { id = "acl-0123456789abcdef0" }
  }
}

variables {
  region                 = "eu-central-1"
  account_id             = "111122223333"
  role_names             = ["sallyport-host", "sallyport-gateway-task"]
  vpc_id                 = "vpc-0123456789abcdef0"
  approver_arns          = ["arn:aws:iam::111122223333:role/security"]
  notification_topic_arn = "arn:aws:sns:eu-central-1:111122223333:sallyport-alerts"
}

run "a9_everything_can_be_stopped" {
  assert {
    condition     = toset(keys(aws_ssm_document.this)) == toset(["stop-everything", "stop-roles", "stop-sessions", "stop-hosts", "resume"])
    error_message = "Without gateway, session cluster and groups, these are left."
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
    gateway                 = { cluster_name = "sallyport-gateway", service_names = ["a", "b"] }
    session_cluster_name    = "sallyport-sessions"
    autoscaling_group_names = ["sallyport-alice"]
    host_subnet_ids         = ["subnet-0123456789abcdef0"]
    host_network_acl_id     = "acl-0fedcba9876543210"
    notification_key_arn    = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000001"
  }

  assert {
    condition     = length(aws_ssm_document.this) == 8
    error_message = "Everything, six parts, and resume."
  }
}

run "a_plan_knows_what_it_makes_before_the_network_exists" {
  command = plan

  assert {
    condition     = length(aws_ssm_document.this) == 5
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

run "a_group_has_a_whole_name" {
  command = plan

  variables {
    autoscaling_group_names = ["sallyport-*"]
  }

  expect_failures = [var.autoscaling_group_names]
}

run "a_gateway_has_services" {
  command = plan

  variables {
    gateway = { cluster_name = "sallyport-gateway", service_names = [] }
  }

  expect_failures = [var.gateway]
}
