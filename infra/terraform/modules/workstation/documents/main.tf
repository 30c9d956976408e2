locals {
  regional = {
    for service in ["ec2", "firehose", "logs", "ssm"] :
    service => "arn:${var.partition}:${service}:${var.region}:${var.account_id}"
  }

  role_name              = "${var.name}-host"
  session_document_name  = "${var.name}-session"
  session_log_group_name = "/${var.name}/sessions"
  host_log_group_name    = "/${var.name}/hosts"

  log_group_arns = {
    for key, name in { sessions = local.session_log_group_name, hosts = local.host_log_group_name } :
    key => "${local.regional.logs}:log-group:${name}"
  }
  objects = [
    for key in [var.artifacts.package_key, var.artifacts.client_key, var.artifacts.bundle_key] :
    "arn:${var.partition}:s3:::${var.artifacts.bucket}/${key}"
  ]

  trust_policy = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Hosts"
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  }

  # Written out, because the managed policy for Session Manager reads every parameter of the account.
  instance_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "SessionChannels"
          Effect = "Allow"
          Action = [
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
          ]
          Resource = "*"
        },
        {
          Sid      = "ManagedInstance"
          Effect   = "Allow"
          Action   = "ssm:UpdateInstanceInformation"
          Resource = "${local.regional.ec2}:instance/*"
        },
        {
          Sid      = "SessionEncryption"
          Effect   = "Allow"
          Action   = "kms:Decrypt"
          Resource = var.sessions_key_arn
        },
        {
          Sid      = "OwnLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
          Resource = [for arn in values(local.log_group_arns) : "${arn}:*"]
        },
        {
          # Session Manager's agent looks its group up before it streams; the call knows no narrower resource.
          Sid      = "FindLogs"
          Effect   = "Allow"
          Action   = "logs:DescribeLogGroups"
          Resource = "${local.regional.logs}:log-group:*"
        },
        {
          Sid      = "AuditStream"
          Effect   = "Allow"
          Action   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
          Resource = "${local.regional.firehose}:deliverystream/${var.audit_stream_name}"
        },
        {
          Sid      = "Artifacts"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = local.objects
        },
      ],
      [
        for arn in compact([var.artifacts.kms_key_arn]) : {
          Sid       = "ArtifactsKey"
          Effect    = "Allow"
          Action    = "kms:Decrypt"
          Resource  = arn
          Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
        }
      ],
      [for store in [var.store] : {
        Sid      = "KeepStore"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${store.bucket_arn}/logs/$${aws:userid}/*"
      } if store != null],
      [for store in [var.store] : {
        Sid       = "ListStore"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = store.bucket_arn
        Condition = { StringLike = { "s3:prefix" = "logs/$${aws:userid}/*" } }
      } if store != null],
      [for store in [var.store] : {
        Sid       = "EncryptStore"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = store.key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      } if store != null],
      [
        for names in [sort(tolist(var.parameter_names))] : {
          Sid      = "Parameters"
          Effect   = "Allow"
          Action   = "ssm:GetParameter"
          Resource = [for name in names : "${local.regional.ssm}:parameter${name}"]
        } if length(names) > 0
      ],
      [
        {
          # Whoever carries the role's credentials away finds them useless in another network.
          Sid      = "OtherNetwork"
          Effect   = "Deny"
          Action   = "*"
          Resource = "*"
          Condition = {
            StringNotEquals = { "aws:Ec2InstanceSourceVpc" = "$${aws:SourceVpc}" }
            Null            = { "ec2:SourceInstanceARN" = "false" }
            BoolIfExists    = { "aws:ViaAWSService" = "false" }
          }
        },
        {
          # A call that came by no endpoint names no network to compare with.
          Sid      = "NoEndpoint"
          Effect   = "Deny"
          Action   = ["ec2messages:*", "firehose:*", "kms:*", "logs:*", "s3:*", "ssm:*", "ssmmessages:*"]
          Resource = "*"
          Condition = {
            Null         = { "aws:SourceVpc" = "true" }
            BoolIfExists = { "aws:ViaAWSService" = "false" }
          }
        },
      ],
    )
  }

  session_inputs = merge(jsondecode(var.session_document).inputs, {
    cloudWatchLogGroupName = local.session_log_group_name
    kmsKeyId               = var.sessions_key_arn
  })
  session_document = merge(jsondecode(var.session_document), { inputs = local.session_inputs })

  user_data = {
    for key, os_user in var.developers : key => templatefile("${path.module}/user-data.sh.tftpl", {
      artifacts           = var.artifacts
      host_log_group_name = local.host_log_group_name
      os_user             = os_user
      region              = var.region
    })
  }
}
