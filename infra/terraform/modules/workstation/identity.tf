resource "aws_iam_role" "host" {
  name                 = module.documents.role_name
  description          = "Governed hosts: session, log, audit stream, and no model."
  assume_role_policy   = module.documents.trust_policy
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = 3600
  tags                 = local.tags
}

resource "aws_iam_role_policy" "host" {
  name   = "host"
  role   = aws_iam_role.host.id
  policy = module.documents.instance_policy
}

# A policy that somebody attaches by hand is taken off again at the next apply. Not so an inline one: the kill switch stops the role
# by it, and an apply must not undo that.
resource "aws_iam_role_policy_attachments_exclusive" "host" {
  role_name   = aws_iam_role.host.name
  policy_arns = []
}

resource "aws_iam_instance_profile" "host" {
  name = module.documents.role_name
  role = aws_iam_role.host.name
  tags = local.tags
}
