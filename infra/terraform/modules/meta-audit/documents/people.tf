locals {
  break_glass_role_arns = length(var.break_glass_role_arns) > 0 ? var.break_glass_role_arns : ["arn:${var.partition}:iam::${var.account_id}:role/${var.name}-break-glass"]
  session_document      = coalesce(var.session_document_name, "${var.name}-session")

  people = {
    session-documents = {
      eventSource = ["ssm.amazonaws.com"]
      eventName   = ["CreateDocument", "DeleteDocument", "ModifyDocumentPermission", "UpdateDocument", "UpdateDocumentDefaultVersion", "UpdateServiceSetting"]
    }
    # A session that names no document gets the account's own, which records nothing unless somebody set it to. ECS Exec brings its own.
    other-sessions = {
      eventSource = ["ssm.amazonaws.com"]
      "$or" = [
        { eventName = ["SendCommand", "CreateAssociation", "RegisterTaskWithMaintenanceWindow", "StartAssociationsOnce", "UpdateAssociation", "UpdateMaintenanceWindowTask"] },
        {
          eventName = ["StartSession"]
          requestParameters = {
            documentName = [{ "anything-but" = [local.session_document, "AmazonECS-ExecuteInteractiveCommand"] }, { exists = false }]
          }
        },
      ]
    }
    kill-switch = {
      eventSource       = ["ssm.amazonaws.com"]
      eventName         = ["StartAutomationExecution", "StartChangeRequestExecution"]
      requestParameters = { documentName = [for form in ["", "arn:${var.partition}:ssm:${var.region}:${var.account_id}:document/", "arn:${var.partition}:ssm:${var.region}:${var.account_id}:automation-definition/"] : { prefix = "${form}${var.name}-kill-switch" }] }
    }
    roles = {
      eventSource = ["iam.amazonaws.com"]
      eventName   = [for verb in ["Add", "Attach", "Create", "Delete", "Detach", "Put", "Remove", "SetDefaultPolicy", "Update"] : { prefix = verb }]
      "$or" = [
        { requestParameters = { roleName = concat([{ prefix = "${var.name}-" }], [for arn in var.protected_role_arns : element(split("/", arn), -1)]) } },
        { requestParameters = { policyArn = [{ prefix = "arn:${var.partition}:iam::${var.account_id}:policy/${var.name}-" }] } },
        { requestParameters = { policyName = [{ prefix = "${var.name}-" }] } },
      ]
    }
    identities = {
      eventSource = ["iam.amazonaws.com", "cognito-identity.amazonaws.com"]
      eventName = concat(
        # Keys of Bedrock that last are credentials of a service.
        [for noun in ["AccessKey", "LoginProfile", "OpenIDConnectProvider", "SAMLProvider", "ServiceSpecificCredential", "User", "UserPolicy"] : { suffix = noun }],
        # Who comes by a pool brings the tags that it maps.
        ["CreateIdentityPool", "SetIdentityPoolRoles", "SetPrincipalTagAttributeMap", "UpdateIdentityPool"],
        ["AddClientIDToOpenIDConnectProvider", "AddUserToGroup", "DeactivateMFADevice", "DeleteVirtualMFADevice", "UpdateOpenIDConnectProviderThumbprint"],
      )
    }
    break-glass = {
      eventSource       = ["sts.amazonaws.com"]
      eventName         = [{ prefix = "AssumeRole" }]
      requestParameters = { roleArn = local.break_glass_role_arns }
    }
    organization = {
      eventSource = ["organizations.amazonaws.com", "sso.amazonaws.com", "sso-directory.amazonaws.com", "identitystore.amazonaws.com"]
      eventName   = [for verb in ["Accept", "Attach", "Close", "Create", "Delete", "Detach", "Disable", "Leave", "Move", "Provision", "Put", "Register", "Remove", "Update"] : { prefix = verb }]
    }
  }

  watchers = {
    detectors = {
      eventSource = ["config.amazonaws.com", "guardduty.amazonaws.com", "access-analyzer.amazonaws.com"]
      eventName   = [for verb in ["Archive", "Delete", "Disable", "Disassociate", "Put", "Stop", "Update"] : { prefix = verb }]
    }
    alarms = {
      eventSource = ["events.amazonaws.com", "monitoring.amazonaws.com", "sns.amazonaws.com"]
      eventName = [
        "AddPermission",
        "DeleteAlarms",
        "DeleteRule",
        "DeleteTopic",
        "DisableAlarmActions",
        "DisableRule",
        "PutAlarmMuteRule",
        "PutDataProtectionPolicy",
        "PutMetricAlarm",
        "PutRule",
        "PutTargets",
        "RemovePermission",
        "RemoveTargets",
        "SetAlarmState",
        "SetSubscriptionAttributes",
        "SetTopicAttributes",
        "Subscribe",
        "Unsubscribe",
      ]
    }
  }
}
