locals {
  scp_perimeter = [
    # Wildcards here match no call that only reads. A network of another making has other walls, and a zone of one's own, bound to ours,
    # sends whoever asks for a name to another place.
    {
      Sid    = "Walls"
      Effect = "Deny"
      Action = [
        "ec2:Accept*",
        "ec2:AllocateAddress",
        "ec2:AssociateAddress",
        "ec2:AssociateDhcpOptions",
        "ec2:AssociateRouteTable",
        "ec2:Attach*Gateway",
        "ec2:AuthorizeSecurityGroup*",
        "ec2:Create*Gateway*",
        "ec2:Create*Vpn*",
        "ec2:Create*Vpc*",
        "ec2:CreateReplaceRootVolumeTask",
        "ec2:DeleteFlowLogs",
        "ec2:DeleteVpcEndpoints",
        "ec2:DisassociateRouteTable",
        "ec2:ModifyInstanceAttribute",
        "ec2:ModifySecurityGroupRules",
        "ec2:ModifySubnetAttribute",
        "ec2:ModifyVpc*",
        "ec2:ReplaceRoute*",
        "ec2:*NetworkAclEntry",
        "ec2:*Route",
        "network-firewall:*ssociate*",
        "network-firewall:Create*",
        "network-firewall:Delete*",
        "network-firewall:Put*",
        "network-firewall:Update*",
        "route53:*ssociateVPC*",
        "route53:Change*",
        "route53:Create*",
        "route53:Delete*",
        "route53profiles:Associate*",
        "route53resolver:*ssociate*",
        "route53resolver:Create*",
        "route53resolver:Delete*",
        "route53resolver:ImportFirewallDomains",
        "route53resolver:Put*",
        "route53resolver:Update*",
        "vpc-lattice:CreateServiceNetworkVpcAssociation",
      ]
      Resource  = "*"
      Condition = local.but_builders
    },
    {
      Sid       = "Subnets"
      Effect    = "Deny"
      Action    = ["ec2:ModifyNetworkInterfaceAttribute", "ec2:ReplaceNetworkAclAssociation"]
      Resource  = "*"
      Condition = local.but_switch
    },
    {
      Sid    = "SessionDocuments"
      Effect = "Deny"
      Action = [
        "ssm:CreateDocument",
        "ssm:DeleteDocument",
        "ssm:ModifyDocumentPermission",
        "ssm:ResetServiceSetting",
        "ssm:UpdateDocument*",
        "ssm:UpdateServiceSetting",
      ]
      Resource  = "*"
      Condition = local.but_builders
    },
    # Forwarded ports, SSH and single commands leave no recording, and a task's own channel none of the session's.
    {
      Sid      = "UnrecordedSessions"
      Effect   = "Deny"
      Action   = "ssm:StartSession"
      Resource = ["${local.arn}:ecs:*:*:task/*", "${local.arn}:ssm:*:*:document/AWS-*", "${local.arn}:ssm:*:*:document/SSM-SessionManagerRunShell"]
    },
    # A maintenance window without a role of its own sends its commands by the service's role, which no guardrail binds.
    {
      Sid    = "CommandsFromOutside"
      Effect = "Deny"
      Action = [
        "ec2-instance-connect:*",
        "ssm:CreateAssociation*",
        "ssm:RegisterTaskWithMaintenanceWindow",
        "ssm:SendCommand",
        "ssm:StartAccessRequest",
        "ssm:StartAssociationsOnce",
        "ssm:UpdateAssociation",
        "ssm:UpdateMaintenanceWindowTask",
      ]
      Resource  = "*"
      Condition = local.but_break_glass
    },
    # The host says for which account on it a session may be: without the same word from Identity Center none begins, not even for
    # the guard's own account, which logins of the system would not keep anybody from.
    {
      Sid      = "OwnAccountOnHost"
      Effect   = "Deny"
      Action   = "ssm:StartSession"
      Resource = "${local.arn}:ec2:*:*:instance/*"
      Condition = {
        StringNotEquals = { "ssm:resourceTag/sallyport:os-user" = "$${aws:PrincipalTag/SSMSessionRunAs, 'nobody'}" }
        Null            = { "ssm:resourceTag/sallyport:os-user" = "false" }
      }
    },
    # IAM knows no case in keys of tags. Whatever starts a task for its owner has to set it; a sign-in by Identity Center brings what
    # the directory says, and is told by its audience.
    {
      Sid      = "WhoOneIs"
      Effect   = "Deny"
      Action   = "*"
      Resource = "*"
      Condition = merge(local.but_starters, {
        "ForAnyValue:StringEqualsIgnoreCase" = { "aws:TagKeys" = local.identity_tags }
        Null                                 = { "saml:aud" = "true" }
      })
    },
  ]
}
