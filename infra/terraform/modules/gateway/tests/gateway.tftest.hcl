mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }
  mock_resource "aws_ecs_cluster" {
    defaults = { arn = "arn:aws:ecs:eu-central-1:111122223333:cluster/mock" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:eu-central-1:111122223333:task-definition/mock:1" }
  }
  mock_resource "aws_efs_access_point" {
    defaults = { arn = "arn:aws:elasticfilesystem:eu-central-1:111122223333:access-point/fsap-0123456789abcdef0", id = "fsap-0123456789abcdef0" }
  }
  mock_resource "aws_efs_file_system" {
    defaults = { id = "fs-0123456789abcdef0" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/mock/0123456789abcdef", arn_suffix = "net/mock/0123456789abcdef", dns_name = "mock.elb.eu-central-1.amazonaws.com", zone_id = "Z3F0SRJ5LGBH90" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/mock/0123456789abcdef" }
  }
}

variables {
  region                      = "eu-central-1"
  account_id                  = "111122223333"
  vpc_id                      = "vpc-0123456789abcdef0"
  subnet_ids                  = { "eu-central-1a" = "subnet-0aaaaaaaaaaaaaaaa", "eu-central-1b" = "subnet-0bbbbbbbbbbbbbbbb" }
  client_security_group_ids   = { hosts = "sg-0aaaaaaaaaaaaaaaa" }
  endpoint_security_group_ids = { endpoints = "sg-0bbbbbbbbbbbbbbbb", bedrock = "sg-0cccccccccccccccc" }
  s3_prefix_list_id           = "pl-0123456789abcdef0"
  hostname                    = "gateway.agents.example.com"
  certificate_arn             = "arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
  image                       = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/sallyport/gateway@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  bundle                      = { bucket = "example-artifacts", key = "policy/bundle.json", public_key = "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n" }
  allowed_role_arns           = ["arn:aws:iam::111122223333:role/sallyport-workstation"]
  audit_stream_name           = "sallyport-audit"
  kms_key_arns = {
    data = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000001"
    logs = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000002"
  }
}

run "each_zone_has_one_writer" {
  command = apply

  assert {
    condition     = length(aws_ecs_service.gateway) == 2 && alltrue([for service in values(aws_ecs_service.gateway) : service.desired_count == 1 && service.deployment_minimum_healthy_percent == 0 && service.deployment_maximum_percent == 100])
    error_message = "a service must end its task before it starts the next"
  }
  assert {
    condition     = alltrue([for az, point in aws_efs_access_point.state : point.root_directory[0].path == "/${az}" && point.posix_user[0].uid == 10001])
    error_message = "each zone must have a folder of its own, of the image's user"
  }
  assert {
    condition     = alltrue([for definition in values(aws_ecs_task_definition.gateway) : one([for volume in definition.volume : volume.efs_volume_configuration[0].transit_encryption if volume.name == "state"]) == "ENABLED"])
    error_message = "the state must be encrypted on its way"
  }
  assert {
    condition     = alltrue([for service in values(aws_ecs_service.gateway) : !service.enable_execute_command && !service.network_configuration[0].assign_public_ip])
    error_message = "nobody opens a shell in the gateway, and it has no public address"
  }
}

run "it_is_reached_from_inside_by_tls_alone" {
  command = apply

  assert {
    condition     = aws_lb.gateway.internal && aws_lb.gateway.enable_deletion_protection && aws_lb_listener.gateway.protocol == "TLS" && aws_lb_target_group.gateway.protocol == "TLS"
    error_message = "the load balancer must be internal, protected, and speak TLS on both sides"
  }
  assert {
    condition     = alltrue([for rule in values(aws_vpc_security_group_ingress_rule.load_balancer) : rule.referenced_security_group_id == "sg-0aaaaaaaaaaaaaaaa" && rule.cidr_ipv4 == null && rule.from_port == 443])
    error_message = "only the hosts' security group may reach the load balancer"
  }
  assert {
    condition     = aws_route53_zone.gateway.name == "gateway.agents.example.com" && aws_route53_record.gateway.name == aws_route53_zone.gateway.name
    error_message = "the private zone must be the gateway's one name"
  }
}

run "its_tasks_reach_endpoints_and_state_and_nothing_else" {
  command = apply

  assert {
    condition = alltrue([for rule in concat(values(aws_vpc_security_group_egress_rule.task_endpoints), [aws_vpc_security_group_egress_rule.task_s3, aws_vpc_security_group_egress_rule.task_state]) :
    rule.cidr_ipv4 == null && rule.cidr_ipv6 == null])
    error_message = "no rule of the tasks may name addresses"
  }
}

run "one_zone_in_production_is_refused" {
  command = plan
  variables {
    subnet_ids = { "eu-central-1a" = "subnet-0aaaaaaaaaaaaaaaa" }
  }
  expect_failures = [var.subnet_ids]
}

run "one_zone_in_development_is_taken" {
  command = plan
  variables {
    environment = "development"
    subnet_ids  = { "eu-central-1a" = "subnet-0aaaaaaaaaaaaaaaa" }
  }
  assert {
    condition     = !aws_lb.gateway.enable_deletion_protection
    error_message = "a trial must be destroyed without more ado"
  }
}

run "an_image_by_tag_is_refused" {
  command = plan
  variables {
    image = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/sallyport/gateway:1.0"
  }
  expect_failures = [var.image]
}

run "an_image_of_a_public_registry_is_refused" {
  command = plan
  variables {
    image = "docker.io/library/node@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
  expect_failures = [var.image]
}

run "a_role_with_a_wildcard_is_refused" {
  command = plan
  variables {
    allowed_role_arns = ["arn:aws:iam::111122223333:role/*"]
  }
  expect_failures = [var.allowed_role_arns]
}

run "nobody_allowed_is_refused" {
  command = plan
  variables {
    allowed_role_arns = []
  }
  expect_failures = [var.allowed_role_arns]
}

run "a_private_key_is_refused" {
  command = plan
  variables {
    bundle = { bucket = "example-artifacts", key = "policy/bundle.json", public_key = "-----BEGIN PRIVATE KEY-----" }
  }
  expect_failures = [var.bundle]
}

run "a_bundle_without_key_is_refused" {
  command = plan
  variables {
    bundle = { bucket = "example-artifacts", key = "policy/bundle.json", public_key = " " }
  }
  expect_failures = [var.bundle]
}

run "a_certificate_of_elsewhere_is_refused" {
  command = plan
  variables {
    certificate_arn = "arn:aws:iam::111122223333:server-certificate/gateway"
  }
  expect_failures = [var.certificate_arn]
}

run "a_host_name_of_two_labels_is_refused" {
  command = plan
  variables {
    hostname = "example.com"
  }
  expect_failures = [var.hostname]
}

run "memory_that_fargate_does_not_take_is_refused" {
  command = plan
  variables {
    cpu        = 4096
    memory_mib = 2048
  }
  expect_failures = [var.memory_mib]
}

run "limits_are_words_of_the_command" {
  command = apply
  variables {
    limits = { requests-per-minute = 60, body-mib = 1024 }
  }

  assert {
    condition     = slice(jsondecode(module.documents.containers)[0].command, 7, 11) == ["--body-mib", "1024", "--requests-per-minute", "60"]
    error_message = "limits must reach the command"
  }
}

run "each_zone_keeps_its_log_in_the_store_of_the_gateway" {
  command = apply
  variables {
    store = { bucket_arn = "arn:aws:s3:::sallyport-audit-444455556666", key_arn = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000001" }
  }

  assert {
    condition = alltrue([for definition in values(aws_ecs_task_definition.gateway) :
    slice(jsondecode(definition.container_definitions)[0].command, 7, 9) == ["--store-name", "sallyport-gateway-111122223333"]])
    error_message = "each task must keep the store that outlives it"
  }
  assert {
    condition     = strcontains(aws_iam_role_policy.task.policy, "arn:aws:s3:::sallyport-audit-444455556666/logs/sallyport-gateway-111122223333/*") && !strcontains(aws_iam_role_policy.task.policy, "aws:userid")
    error_message = "the role must reach the store that the command names, and no other"
  }
}

run "a_limit_of_another_name_is_refused" {
  command = plan
  variables {
    limits = { requests = 60 }
  }
  expect_failures = [var.limits]
}

run "a_limit_that_lets_nobody_in_is_refused" {
  command = plan
  variables {
    limits = { requests-at-once = 0 }
  }
  expect_failures = [var.limits]
}

run "half_a_request_is_refused" {
  command = plan
  variables {
    limits = { requests-per-minute = 0.5 }
  }
  expect_failures = [var.limits]
}

run "one_host_with_more_room_than_there_is_is_refused" {
  command = plan
  variables {
    limits = { host-body-mib = 513 }
  }
  expect_failures = [var.limits]
}

run "more_bodies_than_memory_are_refused" {
  command = plan
  variables {
    limits = { body-mib = 1025 }
  }
  expect_failures = [var.limits]
}
