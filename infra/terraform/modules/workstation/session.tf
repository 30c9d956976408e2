resource "aws_ssm_document" "session" {
  name            = module.documents.session_document_name
  document_type   = "Session"
  document_format = "JSON"
  content         = module.documents.session_document
  tags            = local.tags
}

# A session that names no document takes the account's own preferences, which know neither recording nor run-as unless set.
resource "aws_ssm_document" "account_preferences" {
  count = var.manage_account_session_document ? 1 : 0

  name            = "SSM-SessionManagerRunShell"
  document_type   = "Session"
  document_format = "JSON"
  content         = module.documents.session_document
  tags            = local.tags
}

resource "aws_cloudwatch_log_group" "sessions" {
  name              = module.documents.session_log_group_name
  kms_key_id        = var.kms_key_arns.sessions
  retention_in_days = var.log_retention_days
  tags              = local.tags
  skip_destroy      = var.environment == "production"
}

resource "aws_cloudwatch_log_group" "hosts" {
  name              = module.documents.host_log_group_name
  kms_key_id        = var.kms_key_arns.logs
  retention_in_days = var.log_retention_days
  skip_destroy      = var.environment == "production"
  tags              = local.tags
}
