locals {
  # Whoever lets himself into a role that deploys is bound by none of this, so those are among them.
  own_roles = concat(
    ["${local.arn}:iam::*:policy/${var.name}-*", "${local.arn}:iam::*:role/${var.name}-*"],
    local.deployments,
  )

  # In whichever account they are.
  scp_roles = [
    {
      Sid    = "OwnRoles"
      Effect = "Deny"
      Action = [
        "iam:AttachRolePolicy",
        "iam:CreatePolicy*",
        "iam:CreateRole",
        "iam:DeletePolicy*",
        "iam:DeleteRole",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DetachRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:SetDefaultPolicyVersion",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole*",
      ]
      Resource  = local.own_roles
      Condition = local.but_builders
    },
    {
      Sid       = "OwnRolesInline"
      Effect    = "Deny"
      Action    = ["iam:DeleteRolePolicy", "iam:PutRolePolicy"]
      Resource  = local.own_roles
      Condition = local.but_switch
    },
    # The gateway believes the role: a machine without a guard that somebody gives it would be one of its hosts. So do the witness's
    # secrets and its database; and the copies of the archive believe the role that writes them.
    {
      Sid       = "OwnRolesHandedOn"
      Effect    = "Deny"
      Action    = "iam:PassRole"
      Resource  = [for role in ["host", "archive-replication", "gateway-*", "session-*", "witness-*"] : "${local.arn}:iam::*:role/${var.name}-${role}"]
      Condition = local.but_starters
    },
    # Where a service may act as such a role, whoever hands it on acts as it through that service, and none of this binds it.
    {
      Sid       = "DeploymentsHandedOn"
      Effect    = "Deny"
      Action    = "iam:PassRole"
      Resource  = local.deployments
      Condition = local.but_builders
    },
  ]
}
