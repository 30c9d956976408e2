# Groups in the order in which the engine asks them. The first one holds whatever a policy lists.
locals {
  floor_rules = [
    { protocol = "udp", port = "53", why = "DNS past the resolver" },
    { protocol = "tcp", port = "53", why = "DNS past the resolver" },
    { protocol = "tcp", port = "853", why = "DNS over TLS past the resolver" },
    { protocol = "udp", port = "853", why = "DNS over QUIC past the resolver" },
    { protocol = "udp", port = "443", why = "QUIC hides the name" },
    { protocol = "udp", port = "any", why = "UDP never leaves" },
    # Echo carries whatever one puts into it. What comes in about a packet that was too large is not from $HOME_NET.
    { protocol = "icmp", port = "any", why = "ICMP never leaves" },
  ]

  first_floor_sid = 1000000

  groups = merge(
    {
      floor = {
        priority = 10
        home     = concat(var.home_cidrs, var.gateway_cidrs)
        rules = join("", [
          for at, rule in local.floor_rules :
          "drop ${rule.protocol} $HOME_NET any -> $EXTERNAL_NET ${rule.port} (msg:\"${rule.why}\"; sid:${local.first_floor_sid + at}; rev:1;)\n"
        ])
      }
      egress = {
        priority = 100
        home     = var.home_cidrs
        rules    = var.rules.egress
      }
    },
    length(var.gateway_cidrs) == 0 ? {} : {
      gateway = {
        priority = 200
        home     = var.home_cidrs
        rules    = var.rules.gateway
      }
    },
  )

  # Capacity cannot change after creation. In steps of 500 with a fifth to spare the group is seldom made anew, and where it is, its
  # name differs, so that the one in use stays until the policy names the other.
  capacities = { for name, group in local.groups : name => max(500, ceil(length(regexall("(?m)^[a-z]", group.rules)) * 1.2 / 500) * 500) }
}

resource "aws_networkfirewall_rule_group" "this" {
  for_each = local.groups

  name     = "${var.name}-${each.key}-${local.capacities[each.key]}"
  type     = "STATEFUL"
  capacity = local.capacities[each.key]

  rule_group {
    rule_variables {
      ip_sets {
        key = "HOME_NET"
        ip_set {
          definition = each.value.home
        }
      }

      # Everywhere: a network that the engine takes for home by default would be one that no drop is about.
      ip_sets {
        key = "EXTERNAL_NET"
        ip_set {
          definition = ["0.0.0.0/0"]
        }
      }

      dynamic "ip_sets" {
        for_each = length(var.gateway_cidrs) == 0 ? [] : [var.gateway_cidrs]
        content {
          key = "GATEWAY_NET"
          ip_set {
            definition = ip_sets.value
          }
        }
      }
    }

    rules_source {
      rules_string = each.value.rules
    }

    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }

  encryption_configuration {
    type   = "CUSTOMER_KMS"
    key_id = var.kms_key_arn
  }

  tags = var.tags

  lifecycle {
    create_before_destroy = true
  }
}
