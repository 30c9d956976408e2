locals {
  resume = concat(
    [
      {
        name           = "SecondPersonApproves"
        action         = "aws:approve"
        onFailure      = "Abort"
        isCritical     = true
        timeoutSeconds = 86400
        inputs = {
          NotificationArn      = var.notification_topic_arn
          Message              = "Work of coding agents was stopped in account ${var.account_id}, ${var.region}. Approve only if you know why it was, and that it is over."
          MinRequiredApprovals = var.min_approvals
          Approvers            = var.approver_arns
        }
      },
      merge(local.give_up, {
        name           = "LetRolesGo"
        action         = "aws:executeScript"
        timeoutSeconds = 300
        inputs = {
          Runtime      = "python3.11"
          Handler      = "handler"
          Script       = local.script.let_roles_go
          InputPayload = { role_names = var.role_names, stop_policy = local.stop_policy, older_policy = local.older_policy }
        }
      }),
    ],
    [for step in [
      merge(local.give_up, {
        name           = "ReplaceHosts"
        action         = "aws:executeScript"
        timeoutSeconds = 600
        inputs = {
          Runtime      = "python3.11"
          Handler      = "handler"
          Script       = local.script.replace_hosts
          InputPayload = { autoscaling_group_names = var.autoscaling_group_names, host_tag_key = var.host_tag_key, group_id = var.isolation_group_id }
        }
      }),
    ] : step if length(var.autoscaling_group_names) > 0],
    [for step in [
      merge(local.give_up, {
        name           = "ConnectSubnets"
        action         = "aws:executeScript"
        timeoutSeconds = 300
        inputs = {
          Runtime      = "python3.11"
          Handler      = "handler"
          Script       = local.script.cut_subnets
          InputPayload = { subnet_ids = var.host_subnet_ids, network_acl_id = var.host_network_acl_id }
        }
      }),
    ] : step if var.host_network_acl_id != null && length(var.host_subnet_ids) > 0],
    [
      for service in local.gateway.service_names : merge(local.give_up, {
        name           = "StartGateway_${replace(service, "/[^A-Za-z0-9]/", "_")}"
        action         = "aws:executeAwsApi"
        timeoutSeconds = 60
        inputs = {
          Service      = "ecs"
          Api          = "UpdateService"
          cluster      = local.gateway.cluster_name
          service      = service
          desiredCount = local.gateway.desired_count
        }
      })
    ],
    [
      for group in var.autoscaling_group_names : merge(local.give_up, {
        name           = "ReleaseGroup_${replace(group, "/[^A-Za-z0-9]/", "_")}"
        action         = "aws:executeAwsApi"
        timeoutSeconds = 60
        inputs = {
          Service              = "autoscaling"
          Api                  = "ResumeProcesses"
          AutoScalingGroupName = group
          ScalingProcesses     = local.processes
        }
      })
    ],
  )
}
