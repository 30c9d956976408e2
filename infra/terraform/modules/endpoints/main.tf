locals {
  has_bedrock = contains(var.services, "bedrock-runtime")

  # Who may reach which group of endpoints. Models have a group of their own, so that a host that is let to the others is not let to them.
  clients = merge(
    { endpoints = var.client_security_group_ids },
    local.has_bedrock ? { bedrock = var.bedrock_client_security_group_ids } : {},
  )

  ingress = merge([
    for group, members in local.clients : { for name, id in members : "${group}-${name}" => { group = group, security_group_id = id } }
  ]...)
}

module "documents" {
  source = "./documents"

  region                 = var.region
  account_id             = var.account_id
  partition              = var.partition
  org_id                 = var.org_id
  services               = var.services
  bedrock_perimeter      = var.bedrock_perimeter
  bedrock_principal_arns = var.bedrock_principal_arns
  aws_owned_buckets      = var.aws_owned_buckets
}

# Endpoints answer and never call: no rule lets anything out of their groups.
resource "aws_security_group" "this" {
  for_each = local.clients

  name        = "${var.name}-${each.key}"
  description = each.key == "bedrock" ? "Endpoint of bedrock-runtime: the gateway alone" : "Interface endpoints of AWS services"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  for_each = local.ingress

  security_group_id            = aws_security_group.this[each.value.group].id
  description                  = "HTTPS from ${each.key}"
  referenced_security_group_id = each.value.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = var.tags
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.services

  vpc_id              = var.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = module.services.service_names[each.key]
  subnet_ids          = values(var.subnet_ids)
  security_group_ids  = [aws_security_group.this[each.key == "bedrock-runtime" ? "bedrock" : "endpoints"].id]
  private_dns_enabled = true
  policy              = module.documents.interface[each.key]

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

# A gateway endpoint, not an interface: it takes all of S3's addresses of the region by route, dual-stack names of package mirrors
# among them, and costs nothing.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = var.vpc_id
  vpc_endpoint_type = "Gateway"
  service_name      = module.services.service_names["s3"]
  route_table_ids   = values(var.route_table_ids)
  policy            = module.documents.s3

  tags = merge(var.tags, { Name = "${var.name}-s3" })
}
