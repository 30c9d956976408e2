mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/sallyport-host" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
  }
}

variables {
  region                      = "eu-central-1"
  account_id                  = "111122223333"
  vpc_id                      = "vpc-0123456789abcdef0"
  subnet_ids                  = ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"]
  endpoints_security_group_id = "sg-0eeeeeeeeeeeeeeee"
  s3_prefix_list_id           = "pl-0123456789abcdef0"
  gateway                     = { security_group_id = "sg-0cccccccccccccccc" }
  egress_ports                = [443, 8443]
  image_id                    = "ami-0123456789abcdef0"
  developers = {
    alice = { owner = "alice@example.com", os_user = "alice" }
    bob   = { owner = "bob@example.com", os_user = "bob", instance_type = "m7i.2xlarge" }
  }
  kms_key_arns = {
    data     = "arn:aws:kms:eu-central-1:111122223333:key/11111111-1111-1111-1111-111111111111"
    sessions = "arn:aws:kms:eu-central-1:111122223333:key/22222222-2222-2222-2222-222222222222"
    logs     = "arn:aws:kms:eu-central-1:111122223333:key/33333333-3333-3333-3333-333333333333"
  }
  audit_stream_name = "sallyport-audit"
  artifacts = {
    bucket         = "example-artifacts"
    package_key    = "sallyport/package.tar.gz"
    package_sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
    client_key     = "sallyport/client.tgz"
    bundle_key     = "sallyport/bundle.json"
    trust_key      = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"
  }
  session_document = "{\"schemaVersion\":\"1.0\",\"description\":\"A recorded session.\",\"sessionType\":\"Standard_Stream\",\"inputs\":{\"cloudWatchLogGroupName\":\"\",\"cloudWatchEncryptionEnabled\":true,\"cloudWatchStreamingEnabled\":true,\"kmsKeyId\":\"\",\"runAsEnabled\":true,\"runAsDefaultUser\":\"\",\"idleSessionTimeout\":\"15\",\"maxSessionDuration\":\"480\"}}"
}

run "one_host_for_each_developer" {
  command = plan

  assert {
    condition     = length(aws_autoscaling_group.developer) == 2 && alltrue([for group in values(aws_autoscaling_group.developer) : group.max_size == 1 && group.desired_capacity == 1])
    error_message = "Each developer has a group of exactly one host."
  }
  assert {
    condition     = [for tag in aws_autoscaling_group.developer["alice"].tag : tag.value if tag.key == "sallyport:owner"] == ["alice@example.com"]
    error_message = "The tag of a host names its owner."
  }
  assert {
    condition     = aws_launch_template.developer["alice"].instance_type == "m7i.xlarge" && aws_launch_template.developer["bob"].instance_type == "m7i.2xlarge"
    error_message = "A developer's own instance type counts."
  }
  assert {
    condition     = aws_autoscaling_group.developer["alice"].max_instance_lifetime == 2592000 && !aws_autoscaling_group.developer["alice"].protect_from_scale_in
    error_message = "A host is replaced after 30 days, which protection from scaling in would prevent."
  }
}

run "h11_pinned_image_and_defaults_of_the_account" {
  command = plan

  assert {
    condition     = alltrue([for template in values(aws_launch_template.developer) : template.image_id == "ami-0123456789abcdef0" && template.disable_api_termination])
    error_message = "The image is pinned and a host of production is not ended by hand."
  }
  assert {
    condition     = aws_ebs_encryption_by_default.this[0].enabled && aws_ec2_instance_metadata_defaults.this[0].http_tokens == "required" && aws_ec2_instance_metadata_defaults.this[0].http_put_response_hop_limit == 1
    error_message = "Disks are encrypted and IMDSv2 is demanded in the whole account."
  }
  assert {
    condition     = aws_ebs_default_kms_key.this[0].key_arn == var.kms_key_arns.data
    error_message = "Disks are encrypted by our key."
  }
}

run "i7_metadata_in_one_hop_with_a_token" {
  command = plan

  assert {
    condition = alltrue([
      for template in values(aws_launch_template.developer) :
      template.metadata_options[0].http_tokens == "required" && template.metadata_options[0].http_put_response_hop_limit == 1 && template.metadata_options[0].instance_metadata_tags == "disabled"
    ])
    error_message = "IMDSv2 alone, one hop, no tags."
  }
}

run "no_public_address_no_key_pair_encrypted_disk" {
  command = plan

  assert {
    condition = alltrue([
      for template in values(aws_launch_template.developer) :
      template.network_interfaces[0].associate_public_ip_address == "false" && template.key_name == null
    ])
    error_message = "A host has no public address and no key pair."
  }
  assert {
    condition = alltrue([
      for template in values(aws_launch_template.developer) :
      template.block_device_mappings[0].ebs[0].encrypted == "true" && template.block_device_mappings[0].ebs[0].kms_key_id == var.kms_key_arns.data && template.block_device_mappings[0].ebs[0].volume_type == "gp3"
    ])
    error_message = "The disk is gp3, encrypted by our key."
  }
}

run "h8_user_data_is_small" {
  command = plan

  assert {
    condition     = output.user_data_bytes < 4096
    error_message = "User data only fetches and starts the package."
  }
}

run "egress_only_to_what_is_named" {
  command = plan

  assert {
    condition     = aws_vpc_security_group_egress_rule.endpoints.from_port == 443 && aws_vpc_security_group_egress_rule.s3.prefix_list_id == "pl-0123456789abcdef0"
    error_message = "Endpoints and S3 are reached on 443."
  }
  assert {
    condition     = toset(keys(aws_vpc_security_group_egress_rule.firewall)) == toset(["443", "8443"]) && alltrue([for rule in values(aws_vpc_security_group_egress_rule.firewall) : rule.ip_protocol == "tcp"])
    error_message = "The ports of the policy, TCP alone."
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.gateway[0].referenced_security_group_id == "sg-0cccccccccccccccc"
    error_message = "Requests to models go to the gateway."
  }
}

run "without_a_gateway_there_is_no_rule_to_one" {
  command = plan
  variables { gateway = null }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.gateway) == 0
    error_message = "No rule without a gateway."
  }
}

run "a6_a8_sessions_are_streamed_and_run_as_the_developer" {
  command = plan

  assert {
    condition     = aws_ssm_document.session.document_type == "Session" && aws_ssm_document.session.name == "sallyport-session"
    error_message = "The session document has a name of its own."
  }
  assert {
    condition = alltrue([
      jsondecode(aws_ssm_document.session.content).inputs.cloudWatchLogGroupName == "/sallyport/sessions",
      jsondecode(aws_ssm_document.session.content).inputs.cloudWatchStreamingEnabled,
      jsondecode(aws_ssm_document.session.content).inputs.runAsEnabled,
      jsondecode(aws_ssm_document.session.content).inputs.kmsKeyId == var.kms_key_arns.sessions,
    ])
    error_message = "Streamed to our group, encrypted by our key, run as the developer."
  }
  assert {
    condition     = aws_cloudwatch_log_group.sessions.kms_key_id == var.kms_key_arns.sessions && aws_cloudwatch_log_group.sessions.retention_in_days == 365
    error_message = "The group is encrypted and keeps what it holds."
  }
  assert {
    condition     = length(aws_ssm_document.account_preferences) == 0
    error_message = "The account's own preferences are set only where that is asked for."
  }
}

run "i8_no_managed_policy" {
  command = plan

  assert {
    condition     = length(aws_iam_role_policy_attachments_exclusive.host.policy_arns) == 0
    error_message = "The role has no managed policy, and one that is attached by hand is taken off."
  }
}

run "development_can_be_ended_by_hand" {
  command = plan
  variables { environment = "development" }

  assert {
    condition     = alltrue([for template in values(aws_launch_template.developer) : !template.disable_api_termination])
    error_message = "Hosts of development are not protected."
  }
}

run "an_image_by_name_is_refused" {
  command = plan
  variables { image_id = "al2023-latest" }
  expect_failures = [var.image_id]
}

run "two_hosts_of_one_owner_are_refused" {
  command = plan
  variables {
    developers = {
      one = { owner = "alice@example.com", os_user = "alice" }
      two = { owner = "alice@example.com", os_user = "alice2" }
    }
  }
  expect_failures = [var.developers]
}

run "an_account_of_the_system_is_refused" {
  command = plan
  variables { developers = { one = { owner = "alice@example.com", os_user = "ssm-user" } } }
  expect_failures = [var.developers]
}

run "a_shell_word_as_account_is_refused" {
  command = plan
  variables { developers = { one = { owner = "alice@example.com", os_user = "alice'; reboot; '" } } }
  expect_failures = [var.developers]
}

run "a_port_around_the_dns_firewall_is_refused" {
  command = plan
  variables { egress_ports = [443, 853] }
  expect_failures = [var.egress_ports]
}

run "a_session_document_without_streaming_is_refused" {
  command = plan
  variables { session_document = "{\"schemaVersion\":\"1.0\",\"sessionType\":\"Standard_Stream\",\"inputs\":{\"runAsEnabled\":true,\"cloudWatchStreamingEnabled\":false}}" }
  expect_failures = [var.session_document]
}

run "text_that_is_no_document_is_refused" {
  command = plan
  variables { session_document = "session" }
  expect_failures = [var.session_document]
}

run "a_short_hash_is_refused" {
  command = plan
  variables {
    artifacts = {
      bucket = "example-artifacts", package_key = "a", package_sha256 = "abc", client_key = "b", bundle_key = "c", trust_key = "x"
    }
  }
  expect_failures = [var.artifacts]
}

run "a_private_key_is_refused" {
  command = plan
  variables {
    artifacts = {
      bucket         = "example-artifacts", package_key = "a", client_key = "b", bundle_key = "c"
      package_sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
      trust_key      = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"
    }
  }
  expect_failures = [var.artifacts]
}

run "a_parameter_with_a_wildcard_is_refused" {
  command = plan
  variables { parameter_names = ["/sallyport/*"] }
  expect_failures = [var.parameter_names]
}
