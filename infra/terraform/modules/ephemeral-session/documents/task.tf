locals {
  common = {
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = true
    privileged             = false
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
    ulimits                = [{ name = "nofile", softLimit = 65536, hardLimit = 65536 }]
  }

  log = { for container in ["guard", "session"] : container => {
    logDriver = "awslogs"
    options = {
      "awslogs-group"         = local.names.log_group
      "awslogs-region"        = var.region
      "awslogs-stream-prefix" = container
      # What is printed is no record of anything: where CloudWatch takes nothing, a session must still come to its end.
      "mode"            = "non-blocking"
      "max-buffer-size" = "4m"
    }
  } }

  # The guard judges paths: both containers must see the same folder at the same place. In `doors` a session makes a folder, by
  # whose owner the guard knows who asks.
  shared = [
    { sourceVolume = "doors", containerPath = "/run/sallyport/doors", readOnly = false },
    { sourceVolume = "workspace", containerPath = "/workspace", readOnly = false },
  ]

  guard = merge(local.common, {
    name       = "guard"
    user       = "10001:10001"
    entryPoint = ["/usr/local/bin/node", "/opt/sallyport/infra/images/session/guard.mjs"]
    environment = [
      { name = "AWS_REGION", value = var.region },
      { name = "SALLYPORT_BUNDLE_SOURCE", value = "s3://${var.bundle.bucket}/${var.bundle.key}" },
      { name = "SALLYPORT_TRUST_KEY", value = var.bundle.public_key },
    ]
    mountPoints = concat([{ sourceVolume = "run", containerPath = "/run/sallyport", readOnly = false }], local.shared, [
      { sourceVolume = "home", containerPath = "/home/developer", readOnly = true },
      { sourceVolume = "state", containerPath = "/var/lib/sallyport", readOnly = false },
      { sourceVolume = "settings", containerPath = "/settings", readOnly = false },
      { sourceVolume = "guard-tmp", containerPath = "/tmp", readOnly = false },
    ])
    healthCheck = {
      command     = ["CMD", "/usr/local/bin/node", "/opt/sallyport/infra/images/session/ready.mjs"]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 60
    }
    # Time to deliver what the log still holds: the disk goes with the task.
    stopTimeout      = 120
    logConfiguration = local.log.guard
  })

  session = merge(local.common, {
    name       = "session"
    user       = "10002:10002"
    entryPoint = ["/usr/local/bin/node", "/opt/sallyport/infra/images/session/session.mjs"]
    environment = [
      # Fargate has no user namespaces, which the client's own sandbox needs: the wall is that of the task.
      { name = "SALLYPORT_SANDBOX", value = "task" },
      { name = "SALLYPORT_SESSION_MINUTES", value = tostring(var.max_minutes) },
      { name = "SALLYPORT_DETACHED_MINUTES", value = tostring(var.detached_minutes) },
      { name = "SALLYPORT_FIRST_ATTACH_MINUTES", value = tostring(max(30, var.detached_minutes)) },
    ]
    mountPoints = concat([{ sourceVolume = "run", containerPath = "/run/sallyport", readOnly = true }], local.shared, [
      { sourceVolume = "settings", containerPath = "/etc/claude-code", readOnly = true },
      { sourceVolume = "home", containerPath = "/home/developer", readOnly = false },
      { sourceVolume = "session-tmp", containerPath = "/tmp", readOnly = false },
      # The agent of ECS Exec writes here.
      { sourceVolume = "ssm-lib", containerPath = "/var/lib/amazon", readOnly = false },
      { sourceVolume = "ssm-log", containerPath = "/var/log/amazon", readOnly = false },
    ])
    dependsOn        = [{ containerName = "guard", condition = "HEALTHY" }]
    stopTimeout      = 30
    logConfiguration = local.log.session
  })

  containers = [local.guard, local.session]
  volumes    = sort(distinct(flatten([for container in local.containers : [for mount in container.mountPoints : mount.sourceVolume]])))
}
