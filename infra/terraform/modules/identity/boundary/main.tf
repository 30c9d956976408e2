module "documents" {
  source = "./documents"

  name       = var.name
  account_id = var.account_id
  partition  = var.partition
  region     = var.region
}

resource "aws_iam_policy" "host" {
  name        = "${var.name}-host-boundary"
  description = "The most that a developer host or a session may do"
  policy      = module.documents.host
  tags        = var.tags
}

resource "aws_iam_policy" "service" {
  name        = "${var.name}-service-boundary"
  description = "The most that a service of the deployment may do"
  policy      = module.documents.service
  tags        = var.tags
}
