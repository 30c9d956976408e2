locals {
  invoke = ["bedrock:InvokeModel*", "bedrock:Converse*", "bedrock:StartAsyncInvoke"]

  # An application profile hides which model it is, so those are the only names that the policy's document cannot hold.
  compiled = [
    for statement in jsondecode(var.guardrail).Statement : merge(
      statement,
      { Action = [for action in flatten([statement.Action]) : action if action != "bedrock:CreateInferenceProfile"] },
      contains(keys(statement), "NotResource") ? { NotResource = concat(flatten([try(statement.NotResource, [])]), var.application_profile_arns) } : {},
    )
  ]

  scp_models = concat(local.compiled, [
    {
      Sid       = "OnlyTheGateway"
      Effect    = "Deny"
      Action    = local.invoke
      Resource  = "*"
      Condition = { ArnNotEquals = { "aws:PrincipalArn" = local.own["gateway-task"] } }
    },
    {
      Sid    = "ProfilesByBuildersOnly"
      Effect = "Deny"
      Action = [
        "bedrock:CreateInferenceProfile",
        "bedrock:DeleteInferenceProfile",
        "bedrock:TagResource",
        "bedrock:UntagResource",
        "bedrock:PutModelInvocationLoggingConfiguration",
        "bedrock:CreateGuardrail*",
        "bedrock:UpdateGuardrail",
        "bedrock:DeleteGuardrail",
      ]
      Resource  = "*"
      Condition = local.but_builders
    },
    # Agents, flows and batches run models under roles and endpoints of their own; keys for Bedrock stand outside of every session.
    {
      Sid    = "NoOtherDoors"
      Effect = "Deny"
      Action = [
        "bedrock:CreateAgent*",
        "bedrock:CreateEvaluationJob",
        "bedrock:CreateFlow*",
        "bedrock:CreateFoundationModelAgreement",
        "bedrock:CreateMarketplaceModelEndpoint",
        "bedrock:CreatePromptRouter",
        "bedrock:InvokeAgent",
        "bedrock:InvokeFlow",
        "bedrock:InvokeInlineAgent",
        "bedrock:InvokeModelWithBidirectionalStream",
        "bedrock:OptimizePrompt",
        "bedrock:RetrieveAndGenerate*",
        "bedrock-agentcore:*",
        "iam:CreateServiceSpecificCredential",
        "iam:ResetServiceSpecificCredential",
        "sagemaker:CreateEndpoint",
        "sagemaker:InvokeEndpoint*",
      ]
      Resource = "*"
    },
    {
      Sid       = "LogStays"
      Effect    = "Deny"
      Action    = "bedrock:DeleteModelInvocationLoggingConfiguration"
      Resource  = "*"
      Condition = local.but_break_glass
    },
  ])
}
