locals {
  arn = {
    task_role   = "arn:${var.partition}:iam::${var.account_id}:role/${var.name}-witness-task"
    log_group   = "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:${var.log_group_name}"
    file_system = "arn:${var.partition}:elasticfilesystem:${var.region}:${var.account_id}:file-system/${var.file_system_id}"
    repository  = "arn:${var.partition}:ecr:${local.image.region}:${local.image.account_id}:repository/${local.image.repository}"
  }
  image = regex("^(?P<account_id>[0-9]{12})\\.dkr\\.ecr\\.(?P<region>[a-z0-9-]+)\\.[^/]+/(?P<repository>[^@]+)@", var.witness.image)

  trust = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TasksOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:ecs:${var.region}:${var.account_id}:*" }
      }
    }]
  }

  task = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "MountMemory"
      Effect    = "Allow"
      Action    = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
      Resource  = local.arn.file_system
      Condition = { ArnEquals = { "elasticfilesystem:AccessPointArn" = var.access_point_arn } }
    }]
  }

  execution = {
    Version = "2012-10-17"
    Statement = [
      {
        # This action takes no resource; what may be pulled is said below.
        Sid      = "Token"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "PullImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = local.arn.repository
      },
      {
        Sid      = "WriteLogGroup"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${local.arn.log_group}:log-stream:*"
      },
    ]
  }

  # A file system without a policy lets in whoever reaches its port.
  file_system = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TaskThroughAccessPoint"
        Effect    = "Allow"
        Principal = { AWS = local.arn.task_role }
        Action    = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
        Resource  = local.arn.file_system
        Condition = {
          Bool      = { "elasticfilesystem:AccessedViaMountTarget" = "true" }
          ArnEquals = { "elasticfilesystem:AccessPointArn" = var.access_point_arn }
        }
      },
      {
        Sid       = "EncryptedTransportOnly"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "*"
        Resource  = local.arn.file_system
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "NobodyAsRoot"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "elasticfilesystem:ClientRootAccess"
        Resource  = local.arn.file_system
      },
    ]
  }

  container = {
    image                  = var.witness.image
    user                   = "10001:10001"
    entryPoint             = ["/usr/local/bin/node", "/opt/sallyport/bin/sallyport.mjs"]
    readonlyRootFilesystem = true
    privileged             = false
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
    mountPoints            = [{ sourceVolume = "memory", containerPath = "/var/lib/sallyport", readOnly = false }]
    environment            = [{ name = "SALLYPORT_HOME", value = "/var/lib/sallyport" }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = var.log_group_name
        "awslogs-region"        = var.region
        "awslogs-stream-prefix" = "witness"
      }
    }
  }

  containers = [
    # Makes the key once. Where there is one it says so and ends with a failure, which is why it need only have ended.
    merge(local.container, {
      name      = "keygen"
      essential = false
      command   = ["witness", "keygen", "--name", var.witness.name]
    }),
    merge(local.container, {
      name         = "witness"
      essential    = true
      command      = concat(["witness", "serve", "--listen", "0.0.0.0:8331", "--json"], flatten([for key in var.witness.logs : ["--log", key]]))
      dependsOn    = [{ containerName = "keygen", condition = "COMPLETE" }]
      portMappings = [{ containerPort = 8331, hostPort = 8331, protocol = "tcp" }]
      stopTimeout  = 30
    }),
  ]
}
