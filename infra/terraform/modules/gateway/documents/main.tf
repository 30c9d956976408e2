locals {
  arn = {
    task_role   = "arn:${var.partition}:iam::${var.account_id}:role/${var.name}-gateway-task"
    cluster     = "arn:${var.partition}:ecs:${var.region}:${var.account_id}:cluster/${var.name}-gateway"
    log_group   = "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:${var.log_group_name}"
    stream      = "arn:${var.partition}:firehose:${var.region}:${var.account_id}:deliverystream/${var.audit_stream_name}"
    file_system = "arn:${var.partition}:elasticfilesystem:${var.region}:${var.account_id}:file-system/${var.file_system_id}"
    bundle      = "arn:${var.partition}:s3:::${var.bundle.bucket}/${var.bundle.key}"
    repository  = "arn:${var.partition}:ecr:${local.image.region}:${local.image.account_id}:repository/${local.image.repository}"
  }
  image = regex("^(?P<account_id>[0-9]{12})\\.dkr\\.ecr\\.(?P<region>[a-z0-9-]+)\\.[^/]+/(?P<repository>[^@]+)@", var.image)

  user = "10001:10001"

  # The log outlives each task, and has one store whichever task keeps it: named after the role, which is alone of its name in the
  # account. Logs of the zones lie beside each other there.
  store_name = "${var.name}-gateway-${var.account_id}"

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

  # Rights on models are not here: the module bedrock attaches them, from the policy.
  task = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "DeliverLog"
          Effect   = "Allow"
          Action   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
          Resource = local.arn.stream
        },
        {
          Sid      = "PullBundle"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = local.arn.bundle
        },
      ],
      [for key_arn in compact([var.bundle.kms_key_arn]) : {
        Sid       = "ReadBundle"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      }],
      [for store in [var.store] : {
        Sid      = "KeepStore"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${store.bucket_arn}/logs/${local.store_name}/*"
      } if store != null],
      [for store in [var.store] : {
        Sid       = "ListStore"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = store.bucket_arn
        Condition = { StringLike = { "s3:prefix" = "logs/${local.store_name}/*" } }
      } if store != null],
      [for store in [var.store] : {
        Sid       = "EncryptStore"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = store.key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      } if store != null],
    )
  }

  state = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "MountState"
      Effect    = "Allow"
      Action    = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
      Resource  = local.arn.file_system
      Condition = { ArnEquals = { "elasticfilesystem:AccessPointArn" = var.access_point_arns } }
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
        Sid       = "TasksThroughAccessPoints"
        Effect    = "Allow"
        Principal = { AWS = local.arn.task_role }
        Action    = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
        Resource  = local.arn.file_system
        Condition = {
          Bool      = { "elasticfilesystem:AccessedViaMountTarget" = "true" }
          ArnEquals = { "elasticfilesystem:AccessPointArn" = var.access_point_arns }
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

  containers = [{
    name      = "gateway"
    image     = var.image
    essential = true
    user      = local.user
    command = concat(
      ["gateway", "--listen", "0.0.0.0:8443", "--name", var.hostname],
      flatten([for arn in var.allowed_role_arns : ["--allow-role", arn]]),
      flatten([for name, count in var.limits : ["--${name}", tostring(count)]]),
      var.store == null ? [] : ["--store-name", local.store_name],
    )
    environment = [
      { name = "AWS_REGION", value = var.region },
      { name = "SALLYPORT_BUNDLE_SOURCE", value = "s3://${var.bundle.bucket}/${var.bundle.key}" },
      { name = "SALLYPORT_TRUST_KEY", value = var.bundle.public_key },
    ]
    portMappings           = [{ containerPort = 8443, hostPort = 8443, protocol = "tcp" }]
    readonlyRootFilesystem = true
    privileged             = false
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
    ulimits                = [{ name = "nofile", softLimit = 65536, hardLimit = 65536 }]
    mountPoints = [
      { sourceVolume = "state", containerPath = "/var/lib/sallyport", readOnly = false },
      { sourceVolume = "run", containerPath = "/run/sallyport", readOnly = false },
    ]
    healthCheck = {
      command     = ["CMD", "/usr/local/bin/node", "/opt/sallyport/infra/images/gateway/health.mjs"]
      interval    = 15
      timeout     = 5
      retries     = 3
      startPeriod = 60
    }
    # Time to let streams end and to deliver what the log still holds; Fargate gives no more.
    stopTimeout = 120
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = var.log_group_name
        "awslogs-region"        = var.region
        "awslogs-stream-prefix" = "gateway"
        # What is printed here is no record of anything: CloudWatch's absence must not stop the gateway.
        "mode"            = "non-blocking"
        "max-buffer-size" = "25m"
      }
    }
  }]
}
