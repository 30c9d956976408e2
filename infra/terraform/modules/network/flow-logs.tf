locals {
  log_group_name = "/aws/vendedlogs/${var.name}/vpc-flow"
  role_name      = "${var.name}-vpc-flow-logs"
}

module "documents" {
  source = "./documents"

  region         = var.region
  account_id     = var.account_id
  partition      = var.partition
  log_group_name = local.log_group_name
}

resource "aws_cloudwatch_log_group" "flow" {
  name              = local.log_group_name
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
  tags              = var.tags
}

resource "aws_iam_role" "flow" {
  name               = local.role_name
  assume_role_policy = module.documents.flow_log_trust
  tags               = var.tags
}

resource "aws_iam_role_policy" "flow" {
  name   = "write-flow-logs"
  role   = aws_iam_role.flow.id
  policy = module.documents.flow_log_write
}

resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination_type     = "cloud-watch-logs"
  log_destination          = aws_cloudwatch_log_group.flow.arn
  iam_role_arn             = aws_iam_role.flow.arn
  max_aggregation_interval = 60

  # The address before NAT and the path show which host it was and which way it went; the default format has neither.
  log_format = join(" ", [for field in [
    "version", "account-id", "vpc-id", "subnet-id", "instance-id", "interface-id", "az-id",
    "srcaddr", "dstaddr", "srcport", "dstport", "pkt-srcaddr", "pkt-dstaddr", "protocol", "tcp-flags",
    "packets", "bytes", "start", "end", "action", "log-status", "flow-direction", "traffic-path",
  ] : "$${${field}}"])

  tags = merge(var.tags, { Name = var.name })
}
