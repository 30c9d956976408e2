module "network" {
  source = "../../modules/network"

  name                        = var.name
  tags                        = var.tags
  environment                 = var.environment
  partition                   = var.partition
  region                      = var.region
  account_id                  = var.account_id
  azs                         = var.azs
  vpc_cidr                    = var.vpc_cidr
  peer_cidrs                  = var.peer_cidrs
  peer_routes                 = var.peer_routes
  peer_routes_bypass_firewall = var.peer_routes_bypass_firewall
  egress                      = var.egress
  firewall_endpoint_ids       = var.egress == "firewall" ? module.network_firewall[0].endpoint_ids : {}
  logs_kms_key_arn            = module.keys.key_arns["logs"]
  log_retention_days          = var.log_retention_days
}

module "dns_firewall" {
  source = "../../modules/dns-firewall"

  name                = var.name
  tags                = var.tags
  environment         = var.environment
  partition           = var.partition
  region              = var.region
  account_id          = var.account_id
  vpc_id              = module.network.vpc_id
  domains             = module.rules.dns_domains
  logs_kms_key_arn    = module.keys.key_arns["logs"]
  log_retention_days  = var.log_retention_days
  deletion_protection = var.deletion_protection
}

module "network_firewall" {
  source = "../../modules/network-firewall"
  count  = var.egress == "firewall" ? 1 : 0

  name                = var.name
  tags                = var.tags
  environment         = var.environment
  partition           = var.partition
  region              = var.region
  account_id          = var.account_id
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.firewall_subnet_ids
  home_cidrs          = values(module.network.private_cidrs)
  rules               = module.rules.suricata_rules
  kms_key_arn         = module.keys.key_arns["data"]
  logs_kms_key_arn    = module.keys.key_arns["logs"]
  log_retention_days  = var.log_retention_days
  deletion_protection = var.deletion_protection
}

module "endpoints" {
  source = "../../modules/endpoints"

  name            = var.name
  tags            = var.tags
  environment     = var.environment
  partition       = var.partition
  region          = var.region
  account_id      = var.account_id
  org_id          = var.org_id
  vpc_id          = module.network.vpc_id
  services        = module.rules.endpoint_services
  subnet_ids      = module.network.endpoint_subnet_ids
  route_table_ids = module.network.s3_route_table_ids

  client_security_group_ids = merge(
    var.components.workstation ? { hosts = module.workstation[0].security_group_id } : {},
    var.components.gateway ? { gateway = module.gateway[0].task_security_group_id } : {},
    var.components.control_plane ? { witness = module.control_plane[0].task_security_group_id } : {},
  )
  bedrock_client_security_group_ids = var.components.gateway ? { gateway = module.gateway[0].task_security_group_id } : {}
  bedrock_principal_arns            = var.components.gateway ? [module.gateway[0].task_role_arn] : []
  bedrock_perimeter                 = var.components.gateway ? module.rules.bedrock.perimeter : null
}
