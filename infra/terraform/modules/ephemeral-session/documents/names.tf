# Everything is named here, so that documents are known before anything is built.
locals {
  names = {
    cluster         = "${var.name}-sessions"
    family          = "${var.name}-session"
    task_role       = "${var.name}-session-task"
    execution_role  = "${var.name}-session-execution"
    starter_role    = "${var.name}-session-starter"
    recorder_role   = "${var.name}-session-recorder"
    log_group       = "/${var.name}/session-tasks"
    recording_group = "/${var.name}/session-exec"
    starter_group   = "/aws/vendedlogs/states/${var.name}-session-starter"
    state_machines  = { for key in keys(var.developers) : key => "${var.name}-session-${key}" }
  }

  regional = "${var.region}:${var.account_id}"

  arn = {
    cluster         = "arn:${var.partition}:ecs:${local.regional}:cluster/${local.names.cluster}"
    tasks           = "arn:${var.partition}:ecs:${local.regional}:task/${local.names.cluster}/*"
    definitions     = "arn:${var.partition}:ecs:${local.regional}:task-definition/${local.names.family}:*"
    task_role       = "arn:${var.partition}:iam::${var.account_id}:role/${local.names.task_role}"
    execution_role  = "arn:${var.partition}:iam::${var.account_id}:role/${local.names.execution_role}"
    starter_role    = "arn:${var.partition}:iam::${var.account_id}:role/${local.names.starter_role}"
    log_group       = "arn:${var.partition}:logs:${local.regional}:log-group:${local.names.log_group}"
    recording_group = "arn:${var.partition}:logs:${local.regional}:log-group:${local.names.recording_group}"
    stream          = "arn:${var.partition}:firehose:${local.regional}:deliverystream/${var.audit_stream_name}"
    recordings      = "arn:${var.partition}:firehose:${local.regional}:deliverystream/${var.sessions_stream_name}"
    bundle          = "arn:${var.partition}:s3:::${var.bundle.bucket}/${var.bundle.key}"
    repository      = "arn:${var.partition}:ecr:${local.image.region}:${local.image.account_id}:repository/${local.image.repository}"
    state_machines  = "arn:${var.partition}:states:${local.regional}:stateMachine:${var.name}-session-*"
    executions      = "arn:${var.partition}:states:${local.regional}:execution:${var.name}-session-*:*"
  }

  image = regex("^(?P<account_id>[0-9]{12})\\.dkr\\.ecr\\.(?P<region>[a-z0-9-]+)\\.[^/]+/(?P<repository>[^@]+)@", var.image)

  owner_tag = "sallyport:owner"
  # What the developer's own session of Identity Center says about who he is.
  owner_of_caller = "$${aws:PrincipalTag/${local.owner_tag}}"
}
