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
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/mock/0123456789abcdef", dns_name = "mock.elb.eu-central-1.amazonaws.com", zone_id = "Z3F0SRJ5LGBH90" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/mock/0123456789abcdef" }
  }
}

variables {
  region     = "eu-central-1"
  account_id = "111122223333"
  vpc_id     = "vpc-0123456789abcdef0"
  subnet_ids = { "eu-central-1a" = "subnet-0aaaaaaaaaaaaaaaa", "eu-central-1b" = "subnet-0bbbbbbbbbbbbbbbb" }
  witness = {
    name            = "witness.agents.example.com/w1"
    hostname        = "witness.agents.example.com"
    certificate_arn = "arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
    image           = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/sallyport/gateway@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    logs            = ["sallyport/host-1/0a1b2c3d+5f2e0000+AAAA"]
  }
  client_security_group_ids   = { hosts = "sg-0aaaaaaaaaaaaaaaa" }
  endpoint_security_group_ids = { endpoints = "sg-0bbbbbbbbbbbbbbbb" }
  s3_prefix_list_id           = "pl-0123456789abcdef0"
  kms_key_arns = {
    data = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000001"
    logs = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000002"
  }
}

run "the_witness_alone_is_built_by_default" {
  command = apply

  assert {
    condition     = length(aws_rds_cluster.database) == 0 && length(aws_rds_cluster_instance.database) == 0 && length(aws_security_group.database) == 0
    error_message = "no database may be built unless it is asked for"
  }
  assert {
    condition     = aws_ecs_service.witness.desired_count == 1 && aws_ecs_service.witness.deployment_maximum_percent == 100 && !aws_ecs_service.witness.enable_execute_command
    error_message = "what the witness remembers must have one writer, and nobody opens a shell in it"
  }
}

run "the_database_is_encrypted_kept_and_hard_to_delete" {
  command = apply
  variables {
    database = { subnet_ids = { "eu-central-1a" = "subnet-0ddddddddddddddd1", "eu-central-1b" = "subnet-0ddddddddddddddd2" } }
  }

  assert {
    condition     = aws_rds_cluster.database[0].storage_encrypted && aws_rds_cluster.database[0].deletion_protection && !aws_rds_cluster.database[0].skip_final_snapshot && aws_rds_cluster.database[0].backup_retention_period == 35
    error_message = "the database must be encrypted, protected and backed up for 35 days"
  }
  assert {
    condition     = aws_rds_cluster.database[0].iam_database_authentication_enabled && aws_rds_cluster.database[0].manage_master_user_password
    error_message = "no password of the database may be in the state"
  }
  assert {
    condition     = anytrue([for parameter in aws_rds_cluster_parameter_group.database[0].parameter : parameter.name == "rds.force_ssl" && parameter.value == "1"])
    error_message = "connections without TLS must be refused"
  }
  assert {
    condition     = length(distinct([for instance in aws_rds_cluster_instance.database : instance.availability_zone])) == 2 && alltrue([for instance in aws_rds_cluster_instance.database : !instance.publicly_accessible])
    error_message = "the instances must stand in two zones, without public addresses"
  }
}

run "the_database_is_of_a_version_that_can_still_be_made" {
  command = plan
  variables {
    database = { subnet_ids = { "eu-central-1a" = "subnet-0ddddddddddddddd1", "eu-central-1b" = "subnet-0ddddddddddddddd2" } }
  }

  assert {
    condition     = aws_rds_cluster.database[0].engine_version == "16" && aws_rds_cluster_parameter_group.database[0].family == "aurora-postgresql16"
    error_message = "a minor version goes out of RDS within about a year, and an apply would fail there: the default must be a major one"
  }
}

run "a_minor_version_of_ones_own_is_taken" {
  command = plan
  variables {
    database = { subnet_ids = { "eu-central-1a" = "subnet-0ddddddddddddddd1", "eu-central-1b" = "subnet-0ddddddddddddddd2" }, engine_version = "17.7" }
  }

  assert {
    condition     = aws_rds_cluster.database[0].engine_version == "17.7" && aws_rds_cluster_parameter_group.database[0].family == "aurora-postgresql17"
    error_message = "the parameter group must be of the engine's family"
  }
}

run "a_version_that_is_none_is_refused" {
  command = plan
  variables {
    database = { subnet_ids = { "eu-central-1a" = "subnet-0ddddddddddddddd1", "eu-central-1b" = "subnet-0ddddddddddddddd2" }, engine_version = "latest" }
  }
  expect_failures = [var.database]
}

run "a_database_in_one_zone_is_refused" {
  command = plan
  variables {
    database = { subnet_ids = { "eu-central-1a" = "subnet-0ddddddddddddddd1" } }
  }
  expect_failures = [var.database]
}

run "one_instance_in_production_is_refused" {
  command = plan
  variables {
    database = { subnet_ids = { "eu-central-1a" = "subnet-0ddddddddddddddd1", "eu-central-1b" = "subnet-0ddddddddddddddd2" }, instances = 1 }
  }
  expect_failures = [var.database]
}

run "one_instance_in_development_is_taken" {
  command = plan
  variables {
    environment = "development"
    database    = { subnet_ids = { "eu-central-1a" = "subnet-0ddddddddddddddd1", "eu-central-1b" = "subnet-0ddddddddddddddd2" }, instances = 1 }
  }
  assert {
    condition     = length(aws_rds_cluster_instance.database) == 1
    error_message = "a trial may have one instance"
  }
}

run "a_witness_of_nothing_is_refused" {
  command = plan
  variables {
    witness = {
      name            = "witness.agents.example.com/w1"
      hostname        = "witness.agents.example.com"
      certificate_arn = "arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
      image           = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/sallyport/gateway@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      logs            = []
    }
  }
  expect_failures = [var.witness]
}

run "backups_beyond_what_rds_keeps_are_refused" {
  command = plan
  variables {
    backup_retention_days = 90
  }
  expect_failures = [var.backup_retention_days]
}
