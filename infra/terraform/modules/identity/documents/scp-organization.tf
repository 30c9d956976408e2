locals {
  scp_organization = [
    {
      Sid      = "StayInOrganization"
      Effect   = "Deny"
      Action   = ["account:CloseAccount", "account:DisableRegion", "account:EnableRegion", "account:PutAlternateContact", "organizations:LeaveOrganization"]
      Resource = "*"
    },
    {
      Sid       = "NoRoot"
      Effect    = "Deny"
      Action    = "*"
      Resource  = "*"
      Condition = { ArnLike = { "aws:PrincipalArn" = "${local.arn}:iam::*:root" } }
    },
    # Who comes by an outside provider brings tags that nobody here is asked about.
    {
      Sid    = "NoLongLivedKeys"
      Effect = "Deny"
      Action = [
        "cognito-identity:Create*",
        "cognito-identity:Set*",
        "cognito-identity:Update*",
        "iam:AddClientID*",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:CreateOpenID*",
        "iam:CreateSAML*",
        "iam:CreateUser",
        "iam:DeactivateMFADevice",
        "iam:UpdateOpenID*",
        "iam:UpdateSAML*",
        "rolesanywhere:*",
      ]
      Resource  = "*"
      Condition = local.but_builders
    },
    # An inference profile sends the call on to a region of its geography, where it is judged again: which models run where is
    # said by the policy about models, and a list of regions here would break them. Events of IAM and of sign-in are handed on
    # from the one region in which they exist.
    {
      Sid    = "HomeRegions"
      Effect = "Deny"
      NotAction = [
        "account:*",
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
        "budgets:*",
        "ce:*",
        "cloudfront:*",
        "events:*",
        "globalaccelerator:*",
        "health:*",
        "iam:*",
        "kms:Decrypt",
        "kms:DescribeKey",
        "organizations:*",
        "route53:*",
        "route53domains:*",
        "s3:GetAccountPublic*",
        "s3:GetBucketLocation",
        "s3:ListAllMyBuckets",
        "s3:PutAccountPublic*",
        "shield:*",
        "sso:*",
        "sts:*",
        "support:*",
        "trustedadvisor:*",
        "waf:*",
      ]
      Resource  = "*"
      Condition = { StringNotEquals = { "aws:RequestedRegion" = var.allowed_regions } }
    },
    {
      Sid       = "MetadataNeedsToken"
      Effect    = "Deny"
      Action    = "ec2:RunInstances"
      Resource  = "${local.arn}:ec2:*:*:instance/*"
      Condition = { StringNotEquals = { "ec2:MetadataHttpTokens" = "required" } }
    },
    {
      Sid       = "MetadataStaysOnHost"
      Effect    = "Deny"
      Action    = "ec2:RunInstances"
      Resource  = "${local.arn}:ec2:*:*:instance/*"
      Condition = { NumericGreaterThan = { "ec2:MetadataHttpPutResponseHopLimit" = "1" } }
    },
    {
      Sid       = "MetadataWithoutToken"
      Effect    = "Deny"
      Action    = "*"
      Resource  = "*"
      Condition = { NumericLessThan = { "ec2:RoleDelivery" = "2.0" } }
    },
    {
      Sid       = "HostDefaults"
      Effect    = "Deny"
      Action    = ["ec2:Disable*BlockPublicAccess", "ec2:DisableEbsEncryptionByDefault", "ec2:ModifyInstanceMetadata*", "ec2:ModifySnapshotAttribute", "ec2:ModifyImageAttribute"]
      Resource  = "*"
      Condition = local.but_builders
    },
    {
      Sid       = "NoPublicHost"
      Effect    = "Deny"
      Action    = "ec2:RunInstances"
      Resource  = "${local.arn}:ec2:*:*:network-interface/*"
      Condition = { Bool = { "ec2:AssociatePublicIpAddress" = "true" } }
    },
  ]
}
