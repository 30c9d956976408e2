resource "aws_cloudwatch_log_group" "invocations" {
  name              = "/${var.name}/bedrock-invocations"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn
  tags              = var.tags
}

resource "aws_iam_role" "invocation_log" {
  name               = "${var.name}-bedrock-log"
  description        = "Bedrock writes its log of invocations"
  assume_role_policy = module.documents.log_trust
  tags               = var.tags
}

resource "aws_iam_role_policy" "invocation_log" {
  name   = "write"
  role   = aws_iam_role.invocation_log.name
  policy = module.documents.log_writer
}

# One setting for the account and region. It also sees what does not come from the gateway, if anything ever does.
resource "aws_bedrock_model_invocation_logging_configuration" "this" {
  logging_config {
    text_data_delivery_enabled      = var.log_text
    image_data_delivery_enabled     = false
    embedding_data_delivery_enabled = false
    video_data_delivery_enabled     = false

    cloudwatch_config {
      log_group_name = aws_cloudwatch_log_group.invocations.name
      role_arn       = aws_iam_role.invocation_log.arn
    }
  }

  depends_on = [aws_iam_role_policy.invocation_log]
}
