module "documents" {
  source = "./documents"

  name                = var.name
  partition           = var.partition
  trusted_user_arns   = var.trusted_user_arns
  max_mfa_age_seconds = var.max_mfa_age_seconds
}

resource "aws_iam_role" "break_glass" {
  name                 = "${var.name}-break-glass"
  description          = "For emergencies; every use raises an alarm"
  assume_role_policy   = module.documents.trust
  max_session_duration = 3600
  tags                 = var.tags
}

resource "aws_iam_role_policy_attachment" "break_glass" {
  role       = aws_iam_role.break_glass.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/AdministratorAccess"
}

resource "aws_iam_role_policy" "limits" {
  name   = "limits"
  role   = aws_iam_role.break_glass.name
  policy = module.documents.limits
}
