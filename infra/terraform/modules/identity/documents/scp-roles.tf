locals {
  own_roles = [
    "${local.arn}:iam::*:policy/${var.name}-*",
    "${local.arn}:iam::*:role/${var.name}-*",
  ]

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
  ]
}
