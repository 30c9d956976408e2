resource "aws_iam_role" "task" {
  name                 = module.documents.names.task_role
  description          = "An ephemeral session. Whoever is attached to it may do what it may."
  assume_role_policy   = module.documents.trust_of_tasks
  permissions_boundary = var.permissions_boundary_arns.host
  tags                 = local.tags
}

resource "aws_iam_role_policy" "task" {
  name   = "session"
  role   = aws_iam_role.task.id
  policy = module.documents.task
}

resource "aws_iam_role" "execution" {
  name                 = module.documents.names.execution_role
  description          = "Pulls the image of sessions and writes what they print."
  assume_role_policy   = module.documents.trust_of_tasks
  permissions_boundary = var.permissions_boundary_arns.service
  tags                 = local.tags
}

resource "aws_iam_role_policy" "execution" {
  name   = "start"
  role   = aws_iam_role.execution.id
  policy = module.documents.execution
}

resource "aws_iam_role" "starter" {
  name                 = module.documents.names.starter_role
  description          = "Starts and ends ephemeral sessions."
  assume_role_policy   = module.documents.trust_of_starter
  permissions_boundary = var.permissions_boundary_arns.service
  tags                 = local.tags
}

resource "aws_iam_role_policy" "starter" {
  name   = "sessions"
  role   = aws_iam_role.starter.id
  policy = module.documents.starter
}

resource "aws_iam_role" "recorder" {
  name                 = module.documents.names.recorder_role
  description          = "Carries the recordings of sessions to their stream, for CloudWatch Logs."
  assume_role_policy   = module.documents.trust_of_recorder
  permissions_boundary = var.permissions_boundary_arns.service
  tags                 = local.tags
}

resource "aws_iam_role_policy" "recorder" {
  name   = "carry"
  role   = aws_iam_role.recorder.id
  policy = module.documents.recorder
}

resource "aws_iam_policy" "developer" {
  name        = "${var.name}-session-developer"
  description = "Start, attach to and end one's own ephemeral sessions. For the permission set of developers."
  policy      = module.documents.developer
  tags        = local.tags
}
