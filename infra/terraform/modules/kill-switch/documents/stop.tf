locals {
  steps = {
    roles = [
      for role in var.role_names : merge(local.keep_going, {
        name           = "DenyRole_${replace(role, "/[^A-Za-z0-9]/", "_")}"
        action         = "aws:executeAwsApi"
        timeoutSeconds = 60
        inputs = {
          Service        = "iam"
          Api            = "PutRolePolicy"
          RoleName       = role
          PolicyName     = local.stop_policy
          PolicyDocument = local.deny_all
        }
      })
    ]

    sessions = [
      merge(local.keep_going, {
        name           = "EndSessions"
        action         = "aws:executeScript"
        timeoutSeconds = 600
        inputs         = { Runtime = "python3.11", Handler = "handler", Script = local.script.end_sessions, InputPayload = {} }
      }),
    ]

    tasks = [for step in [
      merge(local.keep_going, {
        name           = "StopTasks"
        action         = "aws:executeScript"
        timeoutSeconds = 600
        inputs = {
          Runtime      = "python3.11"
          Handler      = "handler"
          Script       = local.script.stop_tasks
          InputPayload = { cluster_name = local.session_cluster_name }
        }
      }),
    ] : step if var.session_cluster_name != null]

    gateway = [
      for service in local.gateway.service_names : merge(local.keep_going, {
        name           = "StopGateway_${replace(service, "/[^A-Za-z0-9]/", "_")}"
        action         = "aws:executeAwsApi"
        timeoutSeconds = 60
        inputs = {
          Service      = "ecs"
          Api          = "UpdateService"
          cluster      = local.gateway.cluster_name
          service      = service
          desiredCount = 0
        }
      })
    ]

    # An isolated host must be neither replaced nor thrown away: it is evidence.
    launches = [
      for group in var.autoscaling_group_names : merge(local.keep_going, {
        name           = "HoldGroup_${replace(group, "/[^A-Za-z0-9]/", "_")}"
        action         = "aws:executeAwsApi"
        timeoutSeconds = 60
        inputs = {
          Service              = "autoscaling"
          Api                  = "SuspendProcesses"
          AutoScalingGroupName = group
          ScalingProcesses     = local.processes
        }
      })
    ]

    # A network ACL keeps no state, so it cuts what is open too; a security group lets open connections run on.
    hosts = concat(
      [for step in [
        merge(local.keep_going, {
          name           = "CutSubnets"
          action         = "aws:executeScript"
          timeoutSeconds = 300
          inputs = {
            Runtime      = "python3.11"
            Handler      = "handler"
            Script       = local.script.cut_subnets
            InputPayload = { subnet_ids = var.host_subnet_ids, network_acl_id = var.closed_network_acl_id }
          }
        }),
      ] : step if length(var.host_subnet_ids) > 0],
      [
        merge(local.keep_going, {
          name           = "IsolateHosts"
          action         = "aws:executeScript"
          timeoutSeconds = 600
          inputs = {
            Runtime      = "python3.11"
            Handler      = "handler"
            Script       = local.script.isolate_hosts
            InputPayload = { host_tag_key = var.host_tag_key, group_id = var.isolation_group_id }
          }
        }),
      ],
    )
  }

  processes = ["Launch", "Terminate", "HealthCheck", "ReplaceUnhealthy", "AZRebalance", "ScheduledActions"]

  # Rights first, because they reach furthest; then who is inside; then what could begin anew; then the hosts that are left.
  order = ["roles", "sessions", "tasks", "gateway", "launches", "hosts"]

  about = {
    everything = "Stops all agent work: roles, sessions, tasks, gateway, launches, hosts"
    roles      = "Denies everything to the roles of hosts, gateway and sessions"
    sessions   = "Ends all sessions of Session Manager"
    tasks      = "Stops all session tasks"
    gateway    = "Takes the gateway to Bedrock down"
    launches   = "Holds the groups of hosts as they are"
    hosts      = "Cuts hosts off from the network"
  }

  stops = merge(
    { everything = concat([], [for part in local.order : local.steps[part]]...) },
    { for part in local.order : part => local.steps[part] if length(local.steps[part]) > 0 },
  )
}
