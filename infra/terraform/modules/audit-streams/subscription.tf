# Sessions are streamed while they last. The upload of Session Manager itself comes at their end and from the host, which by then may
# be gone or in other hands.
resource "aws_iam_role" "subscription" {
  count = var.session_log_group_name == null ? 0 : 1

  name                 = "${var.name}-sessions-subscription"
  description          = "Carries the recordings of sessions to their stream, for CloudWatch Logs"
  assume_role_policy   = module.documents.subscription_trust_json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "subscription" {
  count = var.session_log_group_name == null ? 0 : 1

  name   = "carry"
  role   = aws_iam_role.subscription[0].id
  policy = module.documents.subscription_policy_json
}

resource "aws_cloudwatch_log_subscription_filter" "sessions" {
  count = var.session_log_group_name == null ? 0 : 1

  name            = "${var.name}-sessions"
  log_group_name  = var.session_log_group_name
  filter_pattern  = ""
  destination_arn = aws_kinesis_firehose_delivery_stream.this["sessions"].arn
  role_arn        = aws_iam_role.subscription[0].arn

  depends_on = [aws_iam_role_policy.subscription]
}
