output "gateway" {
  description = "What the gateway may run: the policy's models, through its own endpoint."
  value = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(jsondecode(var.invoke_policy).Statement, local.profiles, local.guardrails, local.own_endpoint)
  })
}

output "log_trust" {
  description = "Who may write the log of invocations: Bedrock, for this account and region."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Bedrock"
        Effect    = "Allow"
        Principal = { Service = "bedrock.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account_id }
          ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:bedrock:${var.region}:${var.account_id}:*" }
        }
      },
    ]
  })
}

output "log_writer" {
  description = "What Bedrock may do with the log of invocations: write it."
  value = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Write"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:/${var.name}/bedrock-invocations:log-stream:aws/bedrock/modelinvocations"
      },
    ]
  })
}
