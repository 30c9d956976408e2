mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:111122223333:log-group:mock" }
  }
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111122223333:policy/mock" }
  }
}

variables {
  policy = {
    format          = 1
    provider        = "bedrock"
    region          = "eu-central-1"
    models          = { allow = ["claude-opus-*", "claude-sonnet-*"], deny = ["claude-sonnet-3*"] }
    allowed_domains = [{ name = "pypi.org", ports = [443] }, { name = "*.build.example.com", ports = [443, 8443] }]
    upstream        = { name = "gateway.agents.example.com", port = 443 }
  }
  session_policy = {
    format          = 1
    shape           = "container"
    provider        = "bedrock"
    region          = "eu-central-1"
    models          = { allow = ["claude-opus-*"], deny = ["claude-sonnet-3*"] }
    allowed_domains = [{ name = "pypi.org", ports = [443] }, { name = "one.build.example.com", ports = [8443] }]
    upstream        = { name = "gateway.agents.example.com", port = 443 }
    session         = { max_minutes = 480, idle_minutes = 10 }
  }
  region     = "eu-central-1"
  account_id = "111122223333"
  workload = {
    vpc_id                    = "vpc-0123456789abcdef0"
    subnet_ids                = ["subnet-0aaaaaaaaaaaaaaaa"]
    s3_prefix_list_id         = "pl-0123456789abcdef0"
    endpoints_security_group  = "sg-0aaaaaaaaaaaaaaaa"
    gateway_security_group    = "sg-0bbbbbbbbbbbbbbbb"
    egress_ports              = [443]
    audit_stream_name         = "sallyport-audit"
    sessions_stream_name      = "sallyport-sessions"
    sessions_key_arn          = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000001"
    logs_key_arn              = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000002"
    alarm_topic_arn           = "arn:aws:sns:eu-central-1:111122223333:sallyport-alerts"
    permissions_boundary_arns = { host = "arn:aws:iam::111122223333:policy/sallyport-host-boundary", service = "arn:aws:iam::111122223333:policy/sallyport-service-boundary" }
  }
  image      = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/sallyport/session@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  bundle     = { bucket = "example-artifacts", key = "policy/sessions.json", public_key = "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n" }
  developers = { ada = { owner = "ada@example.com" } }
}

run "sessions_are_let_in_by_endpoints_and_gateway" {
  command = apply

  assert {
    condition     = toset([for rule in values(aws_vpc_security_group_ingress_rule.session) : rule.security_group_id]) == toset(["sg-0aaaaaaaaaaaaaaaa", "sg-0bbbbbbbbbbbbbbbb"])
    error_message = "the groups of endpoints and gateway must let sessions in"
  }
  assert {
    condition     = alltrue([for rule in values(aws_vpc_security_group_ingress_rule.session) : rule.referenced_security_group_id == module.session.security_group_id && rule.from_port == 443 && rule.to_port == 443])
    error_message = "nobody but sessions may be let in, on port 443 alone"
  }
  assert {
    condition     = module.session.task_role_arn == "arn:aws:iam::111122223333:role/sallyport-session-task"
    error_message = "the role must have the name that the gateway of the workload stack takes"
  }
}

run "a_session_of_more_than_8_hours_is_refused" {
  command = plan
  variables {
    session_policy = {
      format          = 1
      shape           = "container"
      provider        = "bedrock"
      region          = "eu-central-1"
      models          = { allow = ["claude-opus-*"], deny = ["claude-sonnet-3*"] }
      allowed_domains = [{ name = "pypi.org", ports = [443] }]
      upstream        = { name = "gateway.agents.example.com", port = 443 }
      session         = { max_minutes = 481, idle_minutes = 10 }
    }
  }
  expect_failures = [var.session_policy]
}

run "another_provider_than_bedrock_is_refused" {
  command = plan
  variables {
    policy = {
      format          = 1
      provider        = "anthropic"
      region          = "eu-central-1"
      models          = { allow = ["claude-opus-*"], deny = [] }
      allowed_domains = [{ name = "pypi.org", ports = [443] }]
      upstream        = { name = "gateway.agents.example.com", port = 443 }
    }
  }
  expect_failures = [var.policy]
}

run "a_policy_of_another_format_is_refused" {
  command = plan
  variables {
    policy = {
      format          = 2
      provider        = "bedrock"
      region          = "eu-central-1"
      models          = { allow = ["claude-opus-*"], deny = ["claude-sonnet-3*"] }
      allowed_domains = [{ name = "pypi.org", ports = [443] }, { name = "*.build.example.com", ports = [8443] }]
      upstream        = { name = "gateway.agents.example.com", port = 443 }
    }
  }
  expect_failures = [var.policy]
}

run "the_policy_of_hosts_is_no_policy_of_sessions" {
  command = plan
  variables {
    session_policy = {
      format          = 1
      shape           = "ec2"
      provider        = "bedrock"
      region          = "eu-central-1"
      models          = { allow = ["claude-opus-*"], deny = ["claude-sonnet-3*"] }
      allowed_domains = [{ name = "pypi.org", ports = [443] }]
      upstream        = { name = "gateway.agents.example.com", port = 443 }
      session         = { max_minutes = 480, idle_minutes = 10 }
    }
  }
  expect_failures = [var.session_policy]
}

run "a_host_that_the_network_does_not_know_is_refused" {
  command = plan
  variables {
    session_policy = {
      format          = 1
      shape           = "container"
      provider        = "bedrock"
      region          = "eu-central-1"
      models          = { allow = ["claude-opus-*"], deny = ["claude-sonnet-3*"] }
      allowed_domains = [{ name = "git.example.com", ports = [443] }]
      upstream        = { name = "gateway.agents.example.com", port = 443 }
      session         = { max_minutes = 480, idle_minutes = 10 }
    }
  }
  expect_failures = [var.session_policy]
}

run "a_name_above_a_wildcard_is_not_below_it" {
  command = plan
  variables {
    session_policy = {
      format          = 1
      shape           = "container"
      provider        = "bedrock"
      region          = "eu-central-1"
      models          = { allow = ["claude-opus-*"], deny = ["claude-sonnet-3*"] }
      allowed_domains = [{ name = "build.example.com", ports = [443] }]
      upstream        = { name = "gateway.agents.example.com", port = 443 }
      session         = { max_minutes = 480, idle_minutes = 10 }
    }
  }
  expect_failures = [var.session_policy]
}

run "a_port_that_the_network_does_not_let_through_is_refused" {
  command = plan
  variables {
    session_policy = {
      format          = 1
      shape           = "container"
      provider        = "bedrock"
      region          = "eu-central-1"
      models          = { allow = ["claude-opus-*"], deny = ["claude-sonnet-3*"] }
      allowed_domains = [{ name = "pypi.org", ports = [443, 8443] }]
      upstream        = { name = "gateway.agents.example.com", port = 443 }
      session         = { max_minutes = 480, idle_minutes = 10 }
    }
  }
  expect_failures = [var.session_policy]
}

run "a_model_that_the_gateway_refuses_is_refused" {
  command = plan
  variables {
    session_policy = {
      format          = 1
      shape           = "container"
      provider        = "bedrock"
      region          = "eu-central-1"
      models          = { allow = ["claude-haiku-*"], deny = ["claude-sonnet-3*"] }
      allowed_domains = [{ name = "pypi.org", ports = [443] }]
      upstream        = { name = "gateway.agents.example.com", port = 443 }
      session         = { max_minutes = 480, idle_minutes = 10 }
    }
  }
  expect_failures = [var.session_policy]
}

run "every_model_is_more_than_some" {
  command = plan
  variables {
    session_policy = {
      format          = 1
      shape           = "container"
      provider        = "bedrock"
      region          = "eu-central-1"
      models          = { allow = [], deny = ["claude-sonnet-3*"] }
      allowed_domains = [{ name = "pypi.org", ports = [443] }]
      upstream        = { name = "gateway.agents.example.com", port = 443 }
      session         = { max_minutes = 480, idle_minutes = 10 }
    }
  }
  expect_failures = [var.session_policy]
}

run "a_model_that_is_denied_to_hosts_alone_is_refused" {
  command = plan
  variables {
    session_policy = {
      format          = 1
      shape           = "container"
      provider        = "bedrock"
      region          = "eu-central-1"
      models          = { allow = ["claude-opus-*"], deny = [] }
      allowed_domains = [{ name = "pypi.org", ports = [443] }]
      upstream        = { name = "gateway.agents.example.com", port = 443 }
      session         = { max_minutes = 480, idle_minutes = 10 }
    }
  }
  expect_failures = [var.session_policy]
}

run "another_gateway_is_refused" {
  command = plan
  variables {
    session_policy = {
      format          = 1
      shape           = "container"
      provider        = "bedrock"
      region          = "eu-central-1"
      models          = { allow = ["claude-opus-*"], deny = ["claude-sonnet-3*"] }
      allowed_domains = [{ name = "pypi.org", ports = [443] }]
      upstream        = { name = "other.agents.example.com", port = 443 }
      session         = { max_minutes = 480, idle_minutes = 10 }
    }
  }
  expect_failures = [var.session_policy]
}

run "another_region_is_refused" {
  command = plan
  variables {
    session_policy = {
      format          = 1
      shape           = "container"
      provider        = "bedrock"
      region          = "eu-west-1"
      models          = { allow = ["claude-opus-*"], deny = ["claude-sonnet-3*"] }
      allowed_domains = [{ name = "pypi.org", ports = [443] }]
      upstream        = { name = "gateway.agents.example.com", port = 443 }
      session         = { max_minutes = 480, idle_minutes = 10 }
    }
  }
  expect_failures = [var.session_policy]
}

run "a_workload_without_gateway_is_refused" {
  command = plan
  variables {
    workload = {
      vpc_id                    = "vpc-0123456789abcdef0"
      subnet_ids                = ["subnet-0aaaaaaaaaaaaaaaa"]
      s3_prefix_list_id         = "pl-0123456789abcdef0"
      endpoints_security_group  = "sg-0aaaaaaaaaaaaaaaa"
      gateway_security_group    = null
      egress_ports              = [443]
      audit_stream_name         = "sallyport-audit"
      sessions_stream_name      = "sallyport-sessions"
      sessions_key_arn          = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000001"
      logs_key_arn              = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000002"
      alarm_topic_arn           = "arn:aws:sns:eu-central-1:111122223333:sallyport-alerts"
      permissions_boundary_arns = { host = "arn:aws:iam::111122223333:policy/sallyport-host-boundary", service = "arn:aws:iam::111122223333:policy/sallyport-service-boundary" }
    }
  }
  expect_failures = [var.workload]
}

run "an_image_by_tag_is_refused" {
  command = plan
  variables {
    image = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/sallyport/session:latest"
  }
  expect_failures = [var.image]
}
