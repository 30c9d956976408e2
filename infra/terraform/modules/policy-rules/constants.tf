module "services" {
  source = "../endpoints/services"

  region     = var.region
  account_id = var.account_id
  partition  = var.partition
}

locals {
  # What `sallyport policy check` judges by too: the compiler writes the file. Names that many parties share, each with what anybody can do
  # there; patterns; and the inference profiles of each part of the world, by the beginning of the region's name.
  judgement = jsondecode(file("${path.module}/judgement.json"))

  multi_tenant_domains = local.judgement.shared_domains
  multi_tenant_hosts   = local.judgement.shared_hosts
  geographies          = local.judgement.geographies

  # A name of DNS in the one spelling that the policy compiler writes, with labels as hosts have them.
  name_pattern = local.judgement.name_pattern

  # A wildcard here is refused whatever risk is accepted: the names belong to any account of AWS.
  aws_wildcard_pattern = local.judgement.aws_wildcard_pattern

  # What each component calls by itself. bedrock-runtime is the gateway's alone: no other role may run a model.
  component_services = {
    workstation       = ["kinesis-firehose", "kms", "logs", "monitoring", "secretsmanager", "ssm", "ssmmessages", "sts"]
    gateway           = ["bedrock-runtime", "ecr.api", "ecr.dkr", "kinesis-firehose", "kms", "logs", "monitoring", "sts"]
    ephemeral_session = ["ecr.api", "ecr.dkr", "kinesis-firehose", "kms", "logs", "ssmmessages", "sts"]
    control_plane     = ["ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "secretsmanager", "sts"]
  }

  # Buckets of AWS that a component reads: without their names in DNS no package and no image arrives.
  component_buckets = {
    workstation       = ["amazon-ssm-${var.region}", "amazon-ssm-packages-${var.region}", "amazoncloudwatch-agent-${var.region}", "aws-ssm-${var.region}"]
    gateway           = ["prod-${var.region}-starport-layer-bucket"]
    ephemeral_session = ["prod-${var.region}-starport-layer-bucket"]
    control_plane     = ["prod-${var.region}-starport-layer-bucket"]
  }

  # The names below efs resolve inside a VPC alone, to the file systems of that VPC.
  file_systems = "*.efs.${var.region}.${module.services.suffix}"
  component_names = {
    workstation       = ["al2023-repos-${var.region}-de612dc2.s3.dualstack.${var.region}.${module.services.suffix}"]
    gateway           = [local.file_systems]
    ephemeral_session = []
    control_plane     = [local.file_systems]
  }
}
