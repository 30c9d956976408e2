mock_provider "aws" {
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:111122223333:log-group:mock" }
  }
}

variables {
  region           = "eu-central-1"
  account_id       = "111122223333"
  vpc_id           = "vpc-0a"
  logs_kms_key_arn = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"
  domains          = ["*.build.example.com", "pypi.org", "ssm.eu-central-1.amazonaws.com"]
}

run "n1_the_rules_are_in_force_in_the_vpc" {
  assert {
    condition     = aws_route53_resolver_firewall_rule_group_association.this.vpc_id == var.vpc_id && aws_route53_resolver_firewall_rule_group_association.this.firewall_rule_group_id == aws_route53_resolver_firewall_rule_group.this.id
    error_message = "The rule group must be associated with the VPC."
  }

  assert {
    condition     = aws_route53_resolver_firewall_rule_group_association.this.mutation_protection == "ENABLED"
    error_message = "The association must be protected from change."
  }
}

run "n2_what_is_not_listed_is_blocked" {
  assert {
    condition     = aws_route53_resolver_firewall_domain_list.all.domains == toset(["*"]) && aws_route53_resolver_firewall_rule.block.firewall_domain_list_id == aws_route53_resolver_firewall_domain_list.all.id && aws_route53_resolver_firewall_rule.block.action == "BLOCK" && aws_route53_resolver_firewall_rule.block.block_response == "NXDOMAIN"
    error_message = "The last rule must block every name."
  }

  assert {
    condition     = aws_route53_resolver_firewall_rule.allow.priority < aws_route53_resolver_firewall_rule.block.priority && aws_route53_resolver_firewall_rule.allow.firewall_domain_list_id == aws_route53_resolver_firewall_domain_list.allowed.id && aws_route53_resolver_firewall_domain_list.allowed.domains == toset(var.domains)
    error_message = "The allowlist must come first and hold the names as given."
  }

  assert {
    condition     = aws_route53_resolver_firewall_rule.allow.firewall_rule_group_id == aws_route53_resolver_firewall_rule.block.firewall_rule_group_id && aws_route53_resolver_firewall_rule.allow.firewall_rule_group_id == aws_route53_resolver_firewall_rule_group.this.id
    error_message = "Both rules must be in the group."
  }
}

run "n9_failure_means_closed" {
  assert {
    condition     = aws_route53_resolver_firewall_config.this.firewall_fail_open == "DISABLED" && aws_route53_resolver_firewall_config.this.resource_id == var.vpc_id
    error_message = "Where DNS Firewall fails, no name may be answered."
  }
}

run "n11_a_chain_is_trusted_for_the_allowlist_alone" {
  assert {
    condition     = aws_route53_resolver_firewall_rule.allow.firewall_domain_redirection_action == "TRUST_REDIRECTION_DOMAIN"
    error_message = "A listed name behind a content network must be answered without that network in the list."
  }

  assert {
    condition     = aws_route53_resolver_firewall_rule.block.firewall_domain_redirection_action != "TRUST_REDIRECTION_DOMAIN"
    error_message = "The block rule must look at each name."
  }
}

run "n17_queries_are_logged" {
  assert {
    condition     = aws_route53_resolver_query_log_config.this.destination_arn == aws_cloudwatch_log_group.queries.arn && aws_cloudwatch_log_group.queries.kms_key_id == var.logs_kms_key_arn && aws_route53_resolver_query_log_config_association.this.resource_id == var.vpc_id
    error_message = "Queries of the VPC must be logged, encrypted by our key."
  }
}

run "no_protection_in_development_is_taken" {
  variables {
    environment         = "development"
    deletion_protection = false
  }

  assert {
    condition     = aws_route53_resolver_firewall_rule_group_association.this.mutation_protection == "DISABLED"
    error_message = "A trial must be able to end."
  }
}
