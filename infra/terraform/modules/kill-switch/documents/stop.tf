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
      merge(local.keep_going, {
        name           = "HoldGroups"
        action         = "aws:executeScript"
        timeoutSeconds = 600
        inputs = {
          Runtime      = "python3.11"
          Handler      = "handler"
          Script       = local.script.hold_groups
          InputPayload = local.groups_of_hosts
        }
      }),
    ]

    # A network ACL keeps no state, so it cuts what is open too; a security group lets open connections run on.
    outside = [for step in [
      merge(local.keep_going, {
        name           = "CutOutside"
        action         = "aws:executeScript"
        timeoutSeconds = 300
        inputs = {
          Runtime      = "python3.11"
          Handler      = "handler"
          Script       = local.script.cut_subnets
          InputPayload = local.draining
        }
      }),
      # An interface in any other subnet has a way that this leaves open.
      merge(local.keep_going, {
        name           = "IsolateElsewhere"
        action         = "aws:executeScript"
        timeoutSeconds = 600
        inputs = {
          Runtime      = "python3.11"
          Handler      = "handler"
          Script       = local.script.isolate_hosts
          InputPayload = { host_tag_key = var.host_tag_key, group_id = var.isolation_group_id, spared_subnet_ids = var.host_subnet_ids }
        }
      }),
    ] : step if length(var.host_subnet_ids) > 0]

    hosts = concat(
      [for step in [
        merge(local.keep_going, {
          name           = "AwaitDelivery"
          action         = "aws:executeScript"
          timeoutSeconds = 600
          # To try it again would be to wait again.
          maxAttempts = 1
          inputs = {
            Runtime      = "python3.11"
            Handler      = "handler"
            Script       = local.script.await_delivery
            InputPayload = { seconds = var.delivery_seconds, cluster_name = local.session_cluster_name, host_tag_key = var.host_tag_key }
          }
        }),
      ] : step if var.delivery_seconds > 0 && length(var.host_subnet_ids) > 0],
      [for step in [
        merge(local.keep_going, {
          name           = "CutSubnets"
          action         = "aws:executeScript"
          timeoutSeconds = 300
          inputs = {
            Runtime      = "python3.11"
            Handler      = "handler"
            Script       = local.script.cut_subnets
            InputPayload = local.closed
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
            InputPayload = { host_tag_key = var.host_tag_key, group_id = var.isolation_group_id, spared_subnet_ids = [] }
          }
        }),
      ],
    )
  }

  processes = ["Launch", "Terminate", "HealthCheck", "ReplaceUnhealthy", "AZRebalance", "ScheduledActions"]

  # Rights first, because they reach furthest; then every way out but that of the log; then who is inside; then what could begin anew.
  # The log's way is the last to go, after whoever was told to stop had the time to hand over what it still holds.
  order = ["roles", "outside", "sessions", "tasks", "gateway", "launches", "hosts"]

  about = {
    everything = "Stops all agent work: roles, ways out, sessions, tasks, gateway, launches, hosts"
    roles      = "Denies everything to the roles of hosts, gateway and sessions"
    outside    = "Cuts hosts and sessions off from all but the endpoints that the log leaves by"
    sessions   = "Ends all sessions of Session Manager"
    tasks      = "Stops all session tasks"
    gateway    = "Takes the gateway to Bedrock down"
    launches   = "Holds the groups of hosts as they are"
    hosts      = "Waits for the log, then cuts hosts and sessions off from the network"
  }

  stops = merge(
    { everything = concat([], [for part in local.order : local.steps[part]]...) },
    { for part in local.order : part => local.steps[part] if length(local.steps[part]) > 0 },
  )
}
