# sallyport.auto.tfvars.json beside this file is what `sallyport policy compile --target terraform` writes for policy.yaml.

variables {
  components       = { workstation = true, gateway = true }
  region           = "eu-central-1"
  account_id       = "111122223333"
  org_id           = "o-exampleorg1"
  gateway_hostname = "gateway.agents.example.com"
  buckets          = ["sallyport-bundle-111122223333"]
}

run "n4_every_host_that_is_configured_is_answered" {
  command = plan

  assert {
    condition     = length(setsubtract(var.policy.dns.egress, output.dns_domains)) == 0
    error_message = "The policy's hosts must be answered."
  }

  assert {
    condition     = contains(output.dns_domains, var.gateway_hostname) && contains(output.dns_domains, "sallyport-bundle-111122223333.s3.eu-central-1.amazonaws.com") && contains(output.dns_domains, "al2023-repos-eu-central-1-de612dc2.s3.dualstack.eu-central-1.amazonaws.com")
    error_message = "The gateway, the bucket of the bundle and the packages of the system must be answered."
  }

  assert {
    condition     = length(setsubtract([for service in output.endpoint_services : module.services.private_names[service]], output.dns_domains)) == 0
    error_message = "DNS Firewall looks at private names too: that of each endpoint must be answered."
  }
}

run "n4_hosts_of_further_components_are_answered" {
  command = plan
  variables {
    components      = { workstation = true, gateway = true, ephemeral_session = true, control_plane = true }
    component_hosts = { control_plane = ["witness.agents.example.com"], registry = ["999988887777.dkr.ecr.eu-central-1.amazonaws.com"] }
    extra_domains   = [{ name = "mirror.example.com", reason = "Mirror of packages." }]
  }

  assert {
    condition     = length(setsubtract(["witness.agents.example.com", "999988887777.dkr.ecr.eu-central-1.amazonaws.com", "mirror.example.com"], output.dns_domains)) == 0
    error_message = "Component hosts and mirrors must be answered."
  }

  assert {
    condition     = startswith(output.suricata_rules.egress, "pass tls $HOME_NET any -> $EXTERNAL_NET 443 (msg:\"mirror.example.com\"; tls.sni; content:\"mirror.example.com\"; startswith; endswith; nocase; flow:to_server; sid:1150000; rev:1;)\npass ") && endswith(output.suricata_rules.egress, var.policy.suricata.egress)
    error_message = "The mirror must pass before the policy's drops, and what is inside must need no pass."
  }

  assert {
    condition     = !strcontains(output.suricata_rules.egress, "witness.agents.example.com")
    error_message = "Components inside pass no firewall."
  }
}

run "n4_a_witness_without_a_gateway_finds_its_file_system" {
  command = plan
  variables {
    components       = { workstation = true, gateway = false, control_plane = true }
    gateway_hostname = null
    component_hosts  = { control_plane = ["witness.agents.example.com"] }
  }

  assert {
    condition     = contains(output.dns_domains, "*.efs.eu-central-1.amazonaws.com")
    error_message = "The witness mounts what it remembers, by a name below efs."
  }
}

run "n5_no_name_stands_for_all_of_aws" {
  command = plan

  assert {
    condition     = alltrue([for name in output.dns_domains : !startswith(name, "*.") || !strcontains(name, "amazonaws") || startswith(name, "*.efs.")])
    error_message = "No wildcard under amazonaws.com but that of file systems, which resolve inside the VPC alone."
  }
}

run "n7_the_provider_that_is_not_used_is_not_reached" {
  command = plan

  assert {
    condition     = !anytrue([for name in output.dns_domains : strcontains(name, "anthropic.com")]) && !strcontains(output.suricata_rules.egress, "anthropic.com")
    error_message = "With Bedrock no host of anthropic.com may be reached."
  }
}

run "n14_endpoints_follow_the_components" {
  command = plan

  assert {
    condition     = output.endpoint_services == toset(["bedrock-runtime", "ecr.api", "ecr.dkr", "kinesis-firehose", "kms", "logs", "monitoring", "secretsmanager", "ssm", "ssmmessages", "sts"])
    error_message = "Hosts and gateway need exactly these."
  }

  assert {
    condition     = !contains(module.services.known, "bedrock-mantle") && !contains(module.services.known, "ec2messages")
    error_message = "The way to other vendors' models, and that of old agents, are not built."
  }
}

run "n14_without_a_gateway_no_way_to_bedrock" {
  command = plan
  variables {
    components       = { workstation = true, gateway = false }
    gateway_hostname = null
  }

  assert {
    condition     = !contains(output.endpoint_services, "bedrock-runtime") && !contains(output.endpoint_services, "ecr.dkr")
    error_message = "Hosts have no right on Bedrock and need no endpoint of it."
  }

  assert {
    condition     = strcontains(output.suricata_rules.egress, "pass tls $HOME_NET any -> $EXTERNAL_NET 443 (msg:\"gateway.agents.example.com\"")
    error_message = "A gateway elsewhere must be reached through the firewall."
  }
}

run "i5_the_geography_is_that_of_the_region" {
  command = plan

  assert {
    condition     = tolist(output.bedrock.geography) == tolist(["eu"])
    error_message = "Models of eu-central-1 run in the EU."
  }
}

run "the_organization_stands_in_the_documents" {
  command = plan

  assert {
    condition     = !strcontains(jsonencode(output.bedrock), "ORGANIZATION_ID") && jsondecode(output.bedrock.perimeter).Statement[0].Condition.StringEquals["aws:PrincipalOrgID"] == "o-exampleorg1"
    error_message = "The perimeter must name the organization."
  }
}

run "without_an_organization_the_account_is_the_perimeter" {
  command = plan
  variables {
    environment = "development"
    org_id      = null
  }

  assert {
    condition     = jsondecode(output.bedrock.perimeter).Statement[0].Condition.StringEquals == { "aws:PrincipalAccount" = "111122223333", "aws:ResourceAccount" = "111122223333" } && !strcontains(output.bedrock.perimeter, "Org")
    error_message = "The perimeter must be the account."
  }
}

run "ports_are_those_of_the_policy_and_of_the_mirrors" {
  command = plan
  variables {
    extra_domains = [{ name = "mirror.example.com", ports = [9443, 8443], reason = "Mirror of packages." }]
  }

  assert {
    condition     = jsonencode(output.egress_ports) == "[443,8443,9443]"
    error_message = "Each port once, ascending."
  }
}

run "a2_retention_can_be_longer_than_the_policy_says" {
  command = plan
  variables {
    retention_years = 10
  }

  assert {
    condition     = output.retention_years == 10
    error_message = "The longer one counts."
  }
}

run "n5_a_wildcard_under_aws_is_refused_whatever_is_accepted" {
  command = plan
  variables {
    extra_domains = [{ name = "*.s3.eu-central-1.amazonaws.com", reason = "Buckets.", accepted_risk = "All of them." }]
  }
  expect_failures = [var.extra_domains]
}

run "n6_a_registry_that_takes_uploads_is_refused" {
  command = plan
  variables {
    extra_domains = [{ name = "registry.npmjs.org", reason = "Packages." }]
  }
  expect_failures = [var.extra_domains]
}

run "n7_the_provider_beside_bedrock_is_refused_whatever_is_accepted" {
  command = plan
  variables {
    extra_domains = [{ name = "api.anthropic.com", reason = "Models.", accepted_risk = "Convenient." }]
  }
  expect_failures = [var.extra_domains]
}

run "n14_a_misspelt_service_is_refused" {
  command = plan
  variables {
    extra_endpoint_services = ["bedrok-runtime"]
  }
  expect_failures = [var.extra_endpoint_services]
}

run "an_empty_allowlist_is_refused" {
  command = plan
  variables {
    policy = merge(var.policy, { allowed_domains = [] })
  }
  expect_failures = [var.policy]
}
