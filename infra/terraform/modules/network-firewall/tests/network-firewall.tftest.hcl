mock_provider "aws" {
  mock_resource "aws_networkfirewall_rule_group" {
    defaults = { arn = "arn:aws:network-firewall:eu-central-1:111122223333:stateful-rulegroup/mock" }
  }
  mock_resource "aws_networkfirewall_firewall_policy" {
    defaults = { arn = "arn:aws:network-firewall:eu-central-1:111122223333:firewall-policy/mock" }
  }
  mock_resource "aws_networkfirewall_firewall" {
    defaults = {
      arn = "arn:aws:network-firewall:eu-central-1:111122223333:firewall/mock"
      firewall_status = [{
        sync_states = [
          { availability_zone = "eu-central-1a", attachment = [{ endpoint_id = "vpce-0a", subnet_id = "subnet-0a" }] },
          { availability_zone = "eu-central-1b", attachment = [{ endpoint_id = "vpce-0b", subnet_id = "subnet-0b" }] },
        ]
      }]
    }
  }
}

variables {
  region           = "eu-central-1"
  account_id       = "111122223333"
  vpc_id           = "vpc-0a"
  subnet_ids       = { eu-central-1a = "subnet-0a", eu-central-1b = "subnet-0b" }
  home_cidrs       = ["10.64.0.0/19", "10.64.64.0/19"]
  kms_key_arn      = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"
  logs_kms_key_arn = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000001"
  rules = {
    egress  = <<-EOT
      pass tls $HOME_NET any -> $EXTERNAL_NET 443 (msg:"pypi.org"; tls.sni; content:"pypi.org"; startswith; endswith; nocase; flow:to_server; sid:1100000; rev:1;)
      drop tls $HOME_NET any -> $EXTERNAL_NET any (msg:"name is not listed"; ssl_state:client_hello; flow:to_server,established; sid:1100001; rev:1;)
    EOT
    gateway = <<-EOT
      pass tls $GATEWAY_NET any -> $EXTERNAL_NET 443 (msg:"gateway.example.com"; tls.sni; content:"gateway.example.com"; startswith; endswith; nocase; flow:to_server; sid:1200000; rev:1;)
      drop tls $GATEWAY_NET any -> $EXTERNAL_NET any (msg:"name is not listed"; ssl_state:client_hello; flow:to_server,established; sid:1200001; rev:1;)
    EOT
  }
}

run "n3_an_endpoint_in_each_zone" {
  assert {
    condition     = toset([for mapping in aws_networkfirewall_firewall.this.subnet_mapping : mapping.subnet_id]) == toset(values(var.subnet_ids)) && aws_networkfirewall_firewall.this.vpc_id == var.vpc_id
    error_message = "The firewall must stand in each firewall subnet."
  }

  assert {
    condition     = output.endpoint_ids == { eu-central-1a = "vpce-0a", eu-central-1b = "vpce-0b" }
    error_message = "Routes need the endpoint of each zone by the zone's name."
  }
}

run "n3_rules_in_strict_order_floor_first" {
  assert {
    condition     = aws_networkfirewall_firewall_policy.this.firewall_policy[0].stateful_engine_options[0].rule_order == "STRICT_ORDER" && alltrue([for group in aws_networkfirewall_rule_group.this : group.rule_group[0].stateful_rule_options[0].rule_order == "STRICT_ORDER"])
    error_message = "Policy and groups must be in strict order."
  }

  assert {
    condition     = { for reference in aws_networkfirewall_firewall_policy.this.firewall_policy[0].stateful_rule_group_reference : tostring(reference.priority) => reference.resource_arn... } == { "10" = [aws_networkfirewall_rule_group.this["floor"].arn], "100" = [aws_networkfirewall_rule_group.this["egress"].arn] }
    error_message = "The floor must be asked before what the policy lists."
  }

  assert {
    condition     = aws_networkfirewall_rule_group.this["egress"].rule_group[0].rules_source[0].rules_string == var.rules.egress
    error_message = "The policy's rules must arrive as they were compiled."
  }
}

run "n3_what_no_rule_took_is_dropped_and_recorded" {
  assert {
    condition     = aws_networkfirewall_firewall_policy.this.firewall_policy[0].stateful_default_actions == toset(["aws:drop_established_app_layer_to_server", "aws:alert_established_app_layer_to_server"])
    error_message = "The default must drop, record, and wait for a hello in several packets."
  }

  assert {
    condition     = aws_networkfirewall_firewall_policy.this.firewall_policy[0].stateless_default_actions == toset(["aws:forward_to_sfe"]) && aws_networkfirewall_firewall_policy.this.firewall_policy[0].stateless_fragment_default_actions == toset(["aws:forward_to_sfe"]) && aws_networkfirewall_firewall_policy.this.firewall_policy[0].stateful_engine_options[0].stream_exception_policy == "DROP"
    error_message = "Nothing may pass before the engine saw it."
  }
}

run "n10_the_floor_drops_dns_and_quic_whatever_is_listed" {
  assert {
    condition = alltrue([
      for head in [
        "drop udp $HOME_NET any -> $EXTERNAL_NET 53 ",
        "drop tcp $HOME_NET any -> $EXTERNAL_NET 53 ",
        "drop tcp $HOME_NET any -> $EXTERNAL_NET 853 ",
        "drop udp $HOME_NET any -> $EXTERNAL_NET 443 ",
        "drop udp $HOME_NET any -> $EXTERNAL_NET any ",
        "drop icmp $HOME_NET any -> $EXTERNAL_NET any ",
      ] : strcontains(aws_networkfirewall_rule_group.this["floor"].rule_group[0].rules_source[0].rules_string, head)
    ])
    error_message = "The floor must drop DNS, DNS over TLS, QUIC, all UDP and ICMP."
  }

  assert {
    condition     = !can(regex("(?m)^pass ", aws_networkfirewall_rule_group.this["floor"].rule_group[0].rules_source[0].rules_string))
    error_message = "The floor passes nothing."
  }

  assert {
    condition     = { for set in aws_networkfirewall_rule_group.this["egress"].rule_group[0].rule_variables[0].ip_sets : set.key => set.ip_set[0].definition } == { HOME_NET = toset(var.home_cidrs), EXTERNAL_NET = toset(["0.0.0.0/0"]) }
    error_message = "Home must be the hosts' networks, and drops must be about every destination."
  }
}

run "n17_alerts_and_flows_are_logged" {
  assert {
    condition     = { for destination in aws_networkfirewall_logging_configuration.this.logging_configuration[0].log_destination_config : destination.log_type => destination.log_destination.logGroup } == { ALERT = "/aws/vendedlogs/sallyport/firewall-alert", FLOW = "/aws/vendedlogs/sallyport/firewall-flow" }
    error_message = "Alerts and flows must be logged."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == var.logs_kms_key_arn])
    error_message = "The logs must be encrypted by our key."
  }
}

run "n17_the_firewall_is_protected_and_encrypted" {
  assert {
    condition     = aws_networkfirewall_firewall.this.delete_protection && aws_networkfirewall_firewall.this.firewall_policy_change_protection && aws_networkfirewall_firewall.this.subnet_change_protection
    error_message = "Deletion and change must be protected."
  }

  assert {
    condition     = alltrue([for encryption in concat([aws_networkfirewall_firewall.this.encryption_configuration[0], aws_networkfirewall_firewall_policy.this.encryption_configuration[0]], [for group in aws_networkfirewall_rule_group.this : group.encryption_configuration[0]]) : encryption.type == "CUSTOMER_KMS" && encryption.key_id == var.kms_key_arn])
    error_message = "Firewall, policy and rules must be encrypted by our key."
  }
}

run "a_gateway_behind_the_firewall_has_rules_of_its_own" {
  variables {
    gateway_cidrs = ["10.64.32.0/20"]
  }

  assert {
    condition     = aws_networkfirewall_rule_group.this["gateway"].rule_group[0].rules_source[0].rules_string == var.rules.gateway && contains([for reference in aws_networkfirewall_firewall_policy.this.firewall_policy[0].stateful_rule_group_reference : reference.priority], 200)
    error_message = "The gateway's rules must be in force."
  }

  assert {
    condition     = anytrue([for set in aws_networkfirewall_rule_group.this["gateway"].rule_group[0].rule_variables[0].ip_sets : set.key == "GATEWAY_NET" && set.ip_set[0].definition == toset(var.gateway_cidrs)])
    error_message = "The gateway's networks must be defined for its rules."
  }
}

run "many_rules_get_room" {
  variables {
    rules = {
      egress  = join("", [for at in range(450) : "pass tls $HOME_NET any -> $EXTERNAL_NET 443 (msg:\"h${at}.example.com\"; tls.sni; content:\"h${at}.example.com\"; startswith; endswith; nocase; flow:to_server; sid:${1100000 + at}; rev:1;)\n"])
      gateway = ""
    }
  }

  assert {
    condition     = aws_networkfirewall_rule_group.this["egress"].capacity == 1000 && strcontains(aws_networkfirewall_rule_group.this["egress"].name, "1000") && aws_networkfirewall_rule_group.this["floor"].capacity == 500
    error_message = "A fifth must be left, in steps of 500, and the name must tell the capacity."
  }
}

