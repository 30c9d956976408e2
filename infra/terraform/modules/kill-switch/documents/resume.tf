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
          NotificationArn      = local.topic_arn
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
    [
      merge(local.give_up, {
        name           = "ReplaceHosts"
        action         = "aws:executeScript"
        timeoutSeconds = 600
        inputs = {
          Runtime      = "python3.11"
          Handler      = "handler"
          Script       = local.script.replace_hosts
          InputPayload = { host_tag_key = var.host_tag_key, group_id = var.isolation_group_id }
        }
      }),
    ],
    [for step in [
      merge(local.give_up, {
        name           = "ConnectSubnets"
        action         = "aws:executeScript"
        timeoutSeconds = 300
        inputs = {
          Runtime      = "python3.11"
          Handler      = "handler"
          Script       = local.script.cut_subnets
          InputPayload = local.open
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
      merge(local.give_up, {
        name           = "ReleaseGroups"
        action         = "aws:executeScript"
        timeoutSeconds = 600
        inputs = {
          Runtime      = "python3.11"
          Handler      = "handler"
          Script       = local.script.release_groups
          InputPayload = local.groups_of_hosts
        }
      }),
    ],
  )
}
