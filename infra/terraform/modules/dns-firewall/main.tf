locals {
  log_group_name = "/aws/vendedlogs/${var.name}/dns-queries"
}

module "documents" {
  source = "./documents"

  region          = var.region
  account_id      = var.account_id
  partition       = var.partition
  log_group_names = [local.log_group_name]
}

resource "aws_route53_resolver_firewall_domain_list" "allowed" {
  name    = "${var.name}-allowed"
  domains = var.domains
  tags    = var.tags
}

resource "aws_route53_resolver_firewall_domain_list" "all" {
  name    = "${var.name}-all"
  domains = ["*"]
  tags    = var.tags
}

resource "aws_route53_resolver_firewall_rule_group" "this" {
  name = var.name
  tags = var.tags
}

# A listed name often stands for a name of a content network. To trust the chain keeps those out of the list, where they would let
# in whoever rents a server behind the same network; the last name alone, asked for by itself, stays refused.
resource "aws_route53_resolver_firewall_rule" "allow" {
  name                               = "allow-listed"
  firewall_rule_group_id             = aws_route53_resolver_firewall_rule_group.this.id
  firewall_domain_list_id            = aws_route53_resolver_firewall_domain_list.allowed.id
  firewall_domain_redirection_action = "TRUST_REDIRECTION_DOMAIN"
  priority                           = 100
  action                             = "ALLOW"
}

# The query itself carries data to whoever runs the zone, so that it is stopped before it leaves and not only its answer.
resource "aws_route53_resolver_firewall_rule" "block" {
  name                    = "block-everything-else"
  firewall_rule_group_id  = aws_route53_resolver_firewall_rule_group.this.id
  firewall_domain_list_id = aws_route53_resolver_firewall_domain_list.all.id
  priority                = 200
  action                  = "BLOCK"
  block_response          = "NXDOMAIN"
}

# Priorities from 101 are free for rule groups of others, Firewall Manager's stand below 100.
resource "aws_route53_resolver_firewall_rule_group_association" "this" {
  name                   = var.name
  firewall_rule_group_id = aws_route53_resolver_firewall_rule_group.this.id
  vpc_id                 = var.vpc_id
  priority               = 101
  mutation_protection    = var.deletion_protection ? "ENABLED" : "DISABLED"
  tags                   = var.tags

  # An associated group without rules answers every name.
  depends_on = [
    aws_route53_resolver_firewall_rule.allow,
    aws_route53_resolver_firewall_rule.block,
  ]
}

# Closed is what AWS begins with; written down, a change to open shows as drift.
resource "aws_route53_resolver_firewall_config" "this" {
  resource_id        = var.vpc_id
  firewall_fail_open = "DISABLED"
}

resource "aws_cloudwatch_log_group" "queries" {
  name              = local.log_group_name
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
  tags              = var.tags
}

resource "aws_cloudwatch_log_resource_policy" "queries" {
  policy_name     = "${var.name}-dns-queries"
  policy_document = module.documents.log_delivery
}

resource "aws_route53_resolver_query_log_config" "this" {
  name            = var.name
  destination_arn = aws_cloudwatch_log_group.queries.arn
  tags            = var.tags

  depends_on = [aws_cloudwatch_log_resource_policy.queries]
}

resource "aws_route53_resolver_query_log_config_association" "this" {
  resolver_query_log_config_id = aws_route53_resolver_query_log_config.this.id
  resource_id                  = var.vpc_id
}
