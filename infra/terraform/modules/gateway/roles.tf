resource "aws_iam_role" "task" {
  name                 = "${var.name}-gateway-task"
  description          = "The Sallyport gateway; the only role that may run models."
  assume_role_policy   = module.documents.trust
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
}

resource "aws_iam_role_policy" "task" {
  name   = "gateway"
  role   = aws_iam_role.task.id
  policy = module.documents.task
}

resource "aws_iam_role_policy" "state" {
  name   = "state"
  role   = aws_iam_role.task.id
  policy = module.documents.state
}

resource "aws_iam_role" "execution" {
  name                 = "${var.name}-gateway-execution"
  description          = "Pulls the image of the Sallyport gateway and writes what it prints."
  assume_role_policy   = module.documents.trust
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
}

resource "aws_iam_role_policy" "execution" {
  name   = "start"
  role   = aws_iam_role.execution.id
  policy = module.documents.execution
}
