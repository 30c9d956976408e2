locals {
  invoke = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]

  # Made by Terraform from models of the policy, and known by their whole names only.
  profiles = [for statement in [
    {
      Sid      = "InvokeOwnProfiles"
      Effect   = "Allow"
      Action   = local.invoke
      Resource = var.application_profile_arns
    },
    {
      Sid       = "InvokeBehindOwnProfiles"
      Effect    = "Allow"
      Action    = local.invoke
      Resource  = var.model_arns
      Condition = { ArnEquals = { "bedrock:InferenceProfileArn" = var.application_profile_arns } }
    },
  ] : statement if length(var.application_profile_arns) > 0]

  guardrails = [for statement in [
    {
      Sid      = "ApplyGuardrail"
      Effect   = "Allow"
      Action   = "bedrock:ApplyGuardrail"
      Resource = var.guardrail_arns
    },
  ] : statement if length(var.guardrail_arns) > 0]

  # Credentials of the gateway that got out are of no use outside of its endpoint. Behind a profile Bedrock itself makes the call
  # in another region, where there is no endpoint.
  own_endpoint = [
    {
      Sid         = "OnlyThroughOwnEndpoint"
      Effect      = "Deny"
      Action      = "bedrock:*"
      NotResource = "arn:${var.partition}:bedrock:*::foundation-model/*"
      Condition   = { StringNotEquals = { "aws:SourceVpce" = var.bedrock_endpoint_ids } }
    },
    {
      Sid       = "NoModelWithoutProfileOutside"
      Effect    = "Deny"
      Action    = "bedrock:*"
      Resource  = "arn:${var.partition}:bedrock:*::foundation-model/*"
      Condition = { StringNotEquals = { "aws:SourceVpce" = var.bedrock_endpoint_ids }, Null = { "bedrock:InferenceProfileArn" = "true" } }
    },
  ]
}
