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
  region                    = "eu-central-1"
  account_id                = "111122223333"
  vpc_id                    = "vpc-0123456789abcdef0"
  subnet_ids                = ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"]
  egress_security_group_ids = { endpoints = "sg-0aaaaaaaaaaaaaaaa", gateway = "sg-0bbbbbbbbbbbbbbbb" }
  s3_prefix_list_id         = "pl-0123456789abcdef0"
  image                     = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/sallyport/session@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  bundle                    = { bucket = "example-artifacts", key = "policy/bundle.json", public_key = "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n" }
  audit_stream_name         = "sallyport-audit"
  sessions_stream_name      = "sallyport-sessions"
  kms_key_arns = {
    sessions = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000001"
    logs     = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000002"
  }
  developers  = { ada = { owner = "ada@example.com" }, grace = { owner = "grace@example.com" } }
  max_minutes = 480
}

run "each_developer_has_a_state_machine_of_his_own" {
  command = apply

  assert {
    condition     = alltrue([for key, machine in aws_sfn_state_machine.session : machine.tags["sallyport:owner"] == var.developers[key].owner])
    error_message = "each state machine must carry its developer's tag"
  }
  assert {
    condition     = alltrue([for machine in values(aws_sfn_state_machine.session) : jsondecode(machine.definition).States.Wait.Seconds == 28800])
    error_message = "a session must be ended from outside after the policy's time"
  }
  assert {
    condition     = alltrue([for machine in values(aws_sfn_state_machine.session) : !strcontains(machine.definition, "Overrides")])
    error_message = "a session must be started without overrides"
  }
  assert {
    condition     = alltrue([for machine in values(aws_sfn_state_machine.session) : jsondecode(machine.definition).States.Run.Parameters.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp == "DISABLED"])
    error_message = "a session must have no public address"
  }
  assert {
    condition     = toset([for volume in aws_ecs_task_definition.session.volume : volume.name]) == toset(module.documents.volumes)
    error_message = "each mounted volume must be declared"
  }
  assert {
    condition     = aws_ecs_cluster.sessions.configuration[0].execute_command_configuration[0].logging == "OVERRIDE"
    error_message = "what is done by ECS Exec must be recorded"
  }
  assert {
    condition     = length(aws_vpc_security_group_egress_rule.inside) == 2 && toset(keys(aws_vpc_security_group_egress_rule.outside)) == toset(["443"])
    error_message = "sessions leave by the endpoints, the gateway and the policy's ports"
  }
}

run "an_image_by_tag_is_refused" {
  command = plan
  variables {
    image = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/sallyport/session:latest"
  }
  expect_failures = [var.image]
}

run "two_developers_with_one_owner_are_refused" {
  command = plan
  variables {
    developers = { ada = { owner = "ada@example.com" }, grace = { owner = "ada@example.com" } }
  }
  expect_failures = [var.developers]
}

run "an_owner_with_a_wildcard_is_refused" {
  command = plan
  variables {
    developers = { ada = { owner = "*" } }
  }
  expect_failures = [var.developers]
}

run "ports_of_name_lookup_are_refused" {
  command = plan
  variables {
    egress_ports = [443, 853]
  }
  expect_failures = [var.egress_ports]
}

run "memory_that_fargate_does_not_take_is_refused" {
  command = plan
  variables {
    memory_mib = 2048
  }
  expect_failures = [var.memory_mib]
}

run "a_session_without_end_is_refused" {
  command = plan
  variables {
    max_minutes = 100000
  }
  expect_failures = [var.max_minutes]
}

run "a_session_that_waits_for_nobody_for_ever_is_refused" {
  command = plan
  variables {
    detached_minutes = 0
  }
  expect_failures = [var.detached_minutes]
}

run "a_disk_that_fargate_does_not_take_is_refused" {
  command = plan
  variables {
    storage_gib = 10
  }
  expect_failures = [var.storage_gib]
}
