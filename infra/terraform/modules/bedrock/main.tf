module "documents" {
  source = "./documents"

  name                     = var.name
  partition                = var.partition
  region                   = var.region
  account_id               = var.account_id
  invoke_policy            = var.invoke_policy
  bedrock_endpoint_ids     = var.bedrock_endpoint_ids
  application_profile_arns = [for profile in aws_bedrock_inference_profile.this : profile.arn]
  model_arns               = var.model_arns
  guardrail_arns           = aws_bedrock_guardrail.this[*].guardrail_arn
}

resource "aws_iam_role_policy" "gateway" {
  name   = "models"
  role   = var.gateway_role_name
  policy = module.documents.gateway
}

resource "aws_bedrock_inference_profile" "this" {
  for_each = var.application_profiles

  name        = "${var.name}-${each.key}"
  description = "For the gateway of ${var.name}"
  tags        = var.tags

  model_source {
    copy_from = each.value
  }
}
