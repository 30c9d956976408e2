# One state machine for each developer: who starts it is known by its tag, and nothing that the starter gives is read.
locals {
  state_machines = { for key, developer in var.developers : key => {
    Comment        = "One session of ${developer.owner}: started, watched, ended."
    TimeoutSeconds = var.max_minutes * 60 + 900
    StartAt        = "Count"
    States = {
      Count = {
        Type           = "Task"
        Resource       = "arn:${var.partition}:states:::aws-sdk:ecs:listTasks"
        Parameters     = { Cluster = local.arn.cluster, StartedBy = local.names.state_machines[key] }
        ResultSelector = { "running.$" = "States.ArrayLength($.TaskArns)" }
        ResultPath     = "$.count"
        Retry          = local.retry
        Next           = "IsRunning"
      }
      IsRunning = {
        Type    = "Choice"
        Choices = [{ Variable = "$.count.running", NumericGreaterThan = 0, Next = "AlreadyRunning" }]
        Default = "Run"
      }
      AlreadyRunning = {
        Type  = "Fail"
        Error = "SessionIsRunning"
        Cause = "A session of yours is running: attach to it, or end it first."
      }
      Run = {
        Type     = "Task"
        Resource = "arn:${var.partition}:states:::aws-sdk:ecs:runTask"
        Parameters = {
          Cluster              = local.arn.cluster
          TaskDefinition       = local.names.family
          LaunchType           = "FARGATE"
          Count                = 1
          StartedBy            = local.names.state_machines[key]
          EnableExecuteCommand = true
          NetworkConfiguration = {
            AwsvpcConfiguration = {
              Subnets        = var.network.subnet_ids
              SecurityGroups = var.network.security_group_ids
              AssignPublicIp = "DISABLED"
            }
          }
          Tags = [
            { Key = local.owner_tag, Value = developer.owner },
            { Key = "sallyport:part", Value = "session" },
          ]
        }
        # Not tried again: a call whose answer was lost may have started one.
        ResultPath = "$.run"
        Next       = "IsStarted"
      }
      IsStarted = {
        Type    = "Choice"
        Choices = [{ Variable = "$.run.Tasks[0].TaskArn", IsPresent = true, Next = "Wait" }]
        Default = "NotStarted"
      }
      NotStarted = {
        Type      = "Fail"
        Error     = "SessionNotStarted"
        CausePath = "States.JsonToString($.run.Failures)"
      }
      Wait = {
        Type    = "Wait"
        Seconds = var.max_minutes * 60
        Next    = "Look"
      }
      # Most sessions have ended by themselves by now, and their developer may have another.
      Look = {
        Type       = "Task"
        Resource   = "arn:${var.partition}:states:::aws-sdk:ecs:describeTasks"
        Parameters = { Cluster = local.arn.cluster, "Tasks.$" = "States.Array($.run.Tasks[0].TaskArn)" }
        ResultPath = "$.look"
        Catch      = [{ ErrorEquals = ["States.ALL"], ResultPath = null, Next = "Again" }]
        Next       = "IsLeft"
      }
      IsLeft = {
        Type = "Choice"
        Choices = [
          { Variable = "$.look.Tasks[0].LastStatus", IsPresent = false, Next = "Gone" },
          { Variable = "$.look.Tasks[0].LastStatus", StringEquals = "STOPPED", Next = "Gone" },
        ]
        Default = "End"
      }
      # Whatever the session's own clock did, it ends here.
      End = {
        Type       = "Task"
        Resource   = "arn:${var.partition}:states:::aws-sdk:ecs:stopTask"
        Parameters = { Cluster = local.arn.cluster, "Task.$" = "$.run.Tasks[0].TaskArn", Reason = "The session's time is over." }
        Catch      = [{ ErrorEquals = ["States.ALL"], ResultPath = null, Next = "Again" }]
        ResultPath = null
        Next       = "Again"
      }
      # Until it is seen to be gone, or the execution's own time is over, which raises the alarm.
      Again = {
        Type    = "Wait"
        Seconds = 60
        Next    = "Look"
      }
      Gone = { Type = "Succeed" }
    }
  } }

  retry = [{ ErrorEquals = ["States.TaskFailed"], IntervalSeconds = 2, MaxAttempts = 4, BackoffRate = 2 }]
}
