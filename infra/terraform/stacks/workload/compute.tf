module "workstation" {
  source = "../../modules/workstation"
  count  = var.components.workstation ? 1 : 0

  name                        = var.name
  tags                        = var.tags
  environment                 = var.environment
  partition                   = var.partition
  region                      = var.region
  account_id                  = var.account_id
  vpc_id                      = module.network.vpc_id
  subnet_ids                  = values(module.network.private_subnet_ids)
  endpoints_security_group_id = module.endpoints.security_group_id
  s3_prefix_list_id           = module.endpoints.s3_prefix_list_id
  gateway                     = var.components.gateway ? { security_group_id = module.gateway[0].load_balancer_security_group_id } : null
  egress_ports                = var.egress == "firewall" ? module.rules.egress_ports : []
  image_id                    = var.workstation.image_id
  instance_type               = var.workstation.instance_type
  root_volume_gb              = var.workstation.root_volume_gb
  max_host_age_days           = var.workstation.max_host_age_days
  developers                  = var.workstation.developers
  parameter_names             = var.workstation.parameter_names
  artifacts                   = var.artifacts
  audit_stream_name           = module.streams.audit_stream_name
  store                       = local.store
  session_document            = module.rules.session.document
  log_retention_days          = var.log_retention_days
  permissions_boundary_arn    = module.boundary.host_boundary_arn
  manage_account_defaults     = var.manage_account_defaults
  kms_key_arns = {
    data     = module.keys.key_arns["data"]
    sessions = module.keys.key_arns["sessions"]
    logs     = module.keys.key_arns["logs"]
  }
}

module "gateway" {
  source = "../../modules/gateway"
  count  = var.components.gateway ? 1 : 0

  name                        = var.name
  tags                        = var.tags
  environment                 = var.environment
  partition                   = var.partition
  region                      = var.region
  account_id                  = var.account_id
  vpc_id                      = module.network.vpc_id
  subnet_ids                  = module.network.endpoint_subnet_ids
  client_security_group_ids   = var.components.workstation ? { hosts = module.workstation[0].security_group_id } : {}
  endpoint_security_group_ids = module.endpoints.security_group_ids
  s3_prefix_list_id           = module.endpoints.s3_prefix_list_id
  hostname                    = var.gateway.hostname
  certificate_arn             = var.gateway.certificate_arn
  image                       = var.gateway.image
  cpu                         = var.gateway.cpu
  memory_mib                  = var.gateway.memory_mib
  architecture                = var.gateway.architecture
  limits                      = var.gateway.limits
  bundle                      = local.bundle
  allowed_role_arns = concat(
    var.components.workstation ? [module.workstation[0].role_arn] : [],
    var.components.ephemeral_session ? ["${local.role_prefix}/${local.session_role_name}"] : [],
  )
  audit_stream_name        = module.streams.audit_stream_name
  store                    = local.store
  kms_key_arns             = { data = module.keys.key_arns["data"], logs = module.keys.key_arns["logs"] }
  log_retention_days       = var.log_retention_days
  alarm_topic_arns         = [module.watch.topic_arn]
  permissions_boundary_arn = module.boundary.service_boundary_arn
}

module "bedrock" {
  source = "../../modules/bedrock"
  count  = var.components.gateway ? 1 : 0

  name                 = var.name
  tags                 = var.tags
  partition            = var.partition
  region               = var.region
  account_id           = var.account_id
  invoke_policy        = module.rules.bedrock.invoke
  model_arns           = module.rules.bedrock.model_arns
  bedrock_endpoint_ids = [module.endpoints.bedrock_endpoint_id]
  gateway_role_name    = module.gateway[0].task_role_name
  logs_key_arn         = module.keys.key_arns["logs"]
  log_retention_days   = var.log_retention_days
  log_text             = var.bedrock.log_text
  application_profiles = var.bedrock.application_profiles
  guardrail            = var.bedrock.guardrail
}

module "control_plane" {
  source = "../../modules/control-plane"
  count  = var.components.control_plane ? 1 : 0

  name                        = var.name
  tags                        = var.tags
  environment                 = var.environment
  partition                   = var.partition
  region                      = var.region
  account_id                  = var.account_id
  vpc_id                      = module.network.vpc_id
  subnet_ids                  = module.network.endpoint_subnet_ids
  witness                     = var.control_plane.witness
  database                    = var.control_plane.database == null ? null : merge(var.control_plane.database, { subnet_ids = module.network.database_subnet_ids })
  client_security_group_ids   = local.logs_security_group_ids
  endpoint_security_group_ids = { endpoints = module.endpoints.security_group_id }
  s3_prefix_list_id           = module.endpoints.s3_prefix_list_id
  kms_key_arns                = { data = module.keys.key_arns["data"], logs = module.keys.key_arns["logs"] }
  log_retention_days          = var.log_retention_days
  alarm_topic_arns            = [module.watch.topic_arn]
  permissions_boundary_arn    = module.boundary.service_boundary_arn
}

# What has a log sends its checkpoints to the witness.
locals {
  logs_security_group_ids = merge(
    var.components.workstation ? { hosts = module.workstation[0].security_group_id } : {},
    var.components.gateway ? { gateway = module.gateway[0].task_security_group_id } : {},
  )
}

resource "aws_vpc_security_group_egress_rule" "witness" {
  for_each = var.components.control_plane ? local.logs_security_group_ids : {}

  security_group_id            = each.value
  referenced_security_group_id = module.control_plane[0].load_balancer_security_group_id
  description                  = "Checkpoints to the witness"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = var.tags
}
