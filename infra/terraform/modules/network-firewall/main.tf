locals {
  endpoint_ids = {
    for state in aws_networkfirewall_firewall.this.firewall_status[0].sync_states :
    state.availability_zone => state.attachment[0].endpoint_id
  }
}

resource "aws_networkfirewall_firewall_policy" "this" {
  name = var.name

  firewall_policy {
    # All of it to the engine that remembers connections: what a stateless rule drops leaves no alert.
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]

    # Not drop_strict: a connection has to open before it shows a name. Not drop_established: it drops the first part of a hello
    # that comes in several, as those with post-quantum keys do. The alert of the same kind records what was dropped.
    stateful_default_actions = ["aws:${var.default_action}", "aws:${replace(var.default_action, "drop", "alert")}"]

    stateful_engine_options {
      rule_order = "STRICT_ORDER"
      # A connection whose beginning the engine did not see has shown it no name.
      stream_exception_policy = "DROP"
    }

    dynamic "stateful_rule_group_reference" {
      for_each = local.groups
      content {
        priority     = stateful_rule_group_reference.value.priority
        resource_arn = aws_networkfirewall_rule_group.this[stateful_rule_group_reference.key].arn
      }
    }
  }

  encryption_configuration {
    type   = "CUSTOMER_KMS"
    key_id = var.kms_key_arn
  }

  tags = var.tags
}

resource "aws_networkfirewall_firewall" "this" {
  name                = var.name
  vpc_id              = var.vpc_id
  firewall_policy_arn = aws_networkfirewall_firewall_policy.this.arn

  delete_protection                 = var.deletion_protection
  firewall_policy_change_protection = var.deletion_protection
  subnet_change_protection          = var.deletion_protection

  dynamic "subnet_mapping" {
    for_each = var.subnet_ids
    content {
      subnet_id = subnet_mapping.value
    }
  }

  encryption_configuration {
    type   = "CUSTOMER_KMS"
    key_id = var.kms_key_arn
  }

  tags = var.tags
}
