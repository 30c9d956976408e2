locals {
  trust = [
    {
      Sid       = "Automation"
      Effect    = "Allow"
      Principal = { Service = "ssm.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:ssm:${var.region}:${var.account_id}:automation-execution/*" }
      }
    },
  ]

  ec2 = "arn:${var.partition}:ec2:${var.region}:${var.account_id}"
  ecs = "arn:${var.partition}:ecs:${var.region}:${var.account_id}"

  may = concat(
    [
      {
        Sid      = "Roles"
        Effect   = "Allow"
        Action   = ["iam:DeleteRolePolicy", "iam:PutRolePolicy"]
        Resource = local.role_arns
      },
      {
        Sid    = "See"
        Effect = "Allow"
        Action = [
          "autoscaling:DescribeAutoScalingGroups",
          "ec2:DescribeInstances",
          "ec2:DescribeNetworkAcls",
          "ssm:DescribeSessions",
        ]
        Resource = "*"
      },
      {
        Sid      = "Sessions"
        Effect   = "Allow"
        Action   = "ssm:TerminateSession"
        Resource = "arn:${var.partition}:ssm:${var.region}:${var.account_id}:session/*"
      },
      # The call is judged for the interface and for each group: no other group can be put on.
      {
        Sid      = "Isolate"
        Effect   = "Allow"
        Action   = "ec2:ModifyNetworkInterfaceAttribute"
        Resource = ["${local.ec2}:network-interface/*", "${local.ec2}:security-group/${var.isolation_group_id}"]
      },
      # By their tag and not by their names, each of which would take room in this policy.
      {
        Sid       = "Launches"
        Effect    = "Allow"
        Action    = ["autoscaling:DetachInstances", "autoscaling:ResumeProcesses", "autoscaling:SuspendProcesses"]
        Resource  = "arn:${var.partition}:autoscaling:${var.region}:${var.account_id}:autoScalingGroup:*:autoScalingGroupName/*"
        Condition = { Null = { "aws:ResourceTag/${var.host_tag_key}" = "false" } }
      },
      {
        Sid      = "Tell"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = local.topic_arn
      },
    ],
    [for statement in [
      {
        Sid      = "TellUnderKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [var.notification_key_arn]
      },
    ] : statement if var.notification_key_arn != null],
    [for statement in [
      {
        Sid    = "Subnets"
        Effect = "Allow"
        Action = "ec2:ReplaceNetworkAclAssociation"
        Resource = concat(
          [for id in compact([var.closed_network_acl_id, var.draining_network_acl_id, var.host_network_acl_id]) : "${local.ec2}:network-acl/${id}"],
          [for id in var.host_subnet_ids : "${local.ec2}:subnet/${id}"],
        )
      },
    ] : statement if length(var.host_subnet_ids) > 0],
    [for statement in [
      {
        Sid      = "Gateway"
        Effect   = "Allow"
        Action   = "ecs:UpdateService"
        Resource = [for service in local.gateway.service_names : "${local.ecs}:service/${local.gateway.cluster_name}/${service}"]
      },
    ] : statement if var.gateway != null],
    [for statement in [
      {
        Sid       = "FindTasks"
        Effect    = "Allow"
        Action    = "ecs:ListTasks"
        Resource  = "*"
        Condition = { ArnEquals = { "ecs:cluster" = "${local.ecs}:cluster/${local.session_cluster_name}" } }
      },
      {
        Sid      = "StopTasks"
        Effect   = "Allow"
        Action   = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource = "${local.ecs}:task/${local.session_cluster_name}/*"
      },
    ] : statement if var.session_cluster_name != null],
  )
}
