mock_provider "aws" {}

mock_provider "aws" {
  alias = "global"
}

variables {
  policy     = jsondecode(file("../../examples/full/sallyport.auto.tfvars.json")).policy
  region     = "eu-central-1"
  account_id = "111122223333"
  org_id     = "o-a1b2c3d4e5"
  azs        = ["eu-central-1a", "eu-central-1b"]
  archive = {
    account_id          = "444455556666"
    audit_bucket_arn    = "arn:aws:s3:::sallyport-audit-444455556666"
    sessions_bucket_arn = "arn:aws:s3:::sallyport-sessions-444455556666"
    audit_key_arn       = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000001"
    sessions_key_arn    = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000002"
  }
  trail = {
    bucket_name = "sallyport-trail-444455556666"
    kms_key_arn = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000003"
  }
  artifacts = {
    bucket         = "example-agent-artifacts"
    package_key    = "packages/sallyport-host.tar.gz"
    package_sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    client_key     = "packages/claude-code.tgz"
    bundle_key     = "policy/hosts.json"
    trust_key      = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAMPa5fVB6j47eDEt2PATp3x/3ei+esYeMJMghlaGsWHk=\n-----END PUBLIC KEY-----\n"
  }
  workstation = {
    image_id   = "ami-0123456789abcdef0"
    developers = { ada = { owner = "ada@example.com", os_user = "ada" } }
  }
  gateway = {
    hostname        = "gateway.agents.example.com"
    certificate_arn = "arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000001"
    image           = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/sallyport/gateway@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
  kill_switch           = { approver_arns = ["arn:aws:iam::111122223333:role/security-approver"] }
  break_glass_user_arns = ["arn:aws:iam::777788889999:user/emergency-1"]
  alert_emails          = ["security@example.com"]
}

run "no_control_plane_is_built_unless_asked_for" {
  command = plan

  assert {
    condition     = length(module.control_plane) == 0 && output.witness_url == null
    error_message = "the control plane must be off by default"
  }
  assert {
    condition     = output.gateway_url == "https://gateway.agents.example.com"
    error_message = "the gateway must be where the policy's upstream says"
  }
  assert {
    condition     = output.workload.audit_stream_name == "sallyport-audit"
    error_message = "the stream must have the name that the example's policy delivers to"
  }
}

# Each run goes through the whole stack, so those of values that do not hide each other share one.
run "a12_one_account_one_zone_and_no_organization_are_refused_in_production" {
  command = plan
  variables {
    azs                 = ["eu-central-1a"]
    org_id              = null
    peer_cidrs          = ["10.64.128.0/20"]
    peer_routes         = { "10.64.128.0/20" = "tgw-0a" }
    components          = { control_plane = true }
    deletion_protection = false
    tags                = { "sallyport:owner" = "ada@example.com" }
    archive = {
      account_id          = "111122223333"
      audit_bucket_arn    = "arn:aws:s3:::sallyport-audit-111122223333"
      sessions_bucket_arn = "arn:aws:s3:::sallyport-sessions-111122223333"
      audit_key_arn       = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000001"
      sessions_key_arn    = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000002"
    }
  }
  expect_failures = [var.archive, var.azs, var.components, var.deletion_protection, var.org_id, var.peer_routes, var.tags, var.vpc_cidr]
}

run "a_missing_log_archive_and_what_is_no_compiled_policy_are_refused" {
  command = plan
  variables {
    policy = { allowed_domains = ["example.com"] }
    archive = {
      account_id          = ""
      audit_bucket_arn    = "arn:aws:s3:::sallyport-audit-444455556666"
      sessions_bucket_arn = "arn:aws:s3:::sallyport-sessions-444455556666"
      audit_key_arn       = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000001"
      sessions_key_arn    = "arn:aws:kms:eu-central-1:444455556666:key/00000000-0000-0000-0000-000000000002"
    }
  }
  expect_failures = [var.archive, var.policy]
}
