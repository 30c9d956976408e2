resource "aws_ssoadmin_permission_set" "this" {
  for_each = local.permission_sets

  name             = "${var.name}-${each.key}"
  description      = each.value.description
  instance_arn     = var.sso_instance_arn
  session_duration = each.value.duration
  tags             = var.tags
}

resource "aws_ssoadmin_permission_set_inline_policy" "this" {
  for_each = local.permission_sets

  instance_arn       = var.sso_instance_arn
  permission_set_arn = aws_ssoadmin_permission_set.this[each.key].arn
  inline_policy      = module.documents.permission_sets[each.key]
}

resource "aws_ssoadmin_managed_policy_attachment" "this" {
  for_each = local.managed_policies

  instance_arn       = var.sso_instance_arn
  permission_set_arn = aws_ssoadmin_permission_set.this[each.value.set].arn
  managed_policy_arn = "arn:${var.partition}:iam::aws:policy/${each.value.policy}"
}

resource "aws_ssoadmin_customer_managed_policy_attachment" "developer" {
  for_each = toset(var.developer_policy_names)

  instance_arn       = var.sso_instance_arn
  permission_set_arn = aws_ssoadmin_permission_set.this["developer"].arn

  customer_managed_policy_reference {
    name = each.value
  }
}

resource "aws_ssoadmin_instance_access_control_attributes" "this" {
  instance_arn = var.sso_instance_arn

  dynamic "attribute" {
    for_each = var.access_control_attributes

    content {
      key = attribute.key

      value {
        source = [attribute.value]
      }
    }
  }
}

# An assignment provisions the set as it is at that moment, so its policies come first.
resource "aws_ssoadmin_account_assignment" "this" {
  for_each = { for one in var.assignments : "${one.permission_set}/${one.group_id}/${one.account_id}" => one }

  instance_arn       = var.sso_instance_arn
  permission_set_arn = aws_ssoadmin_permission_set.this[each.value.permission_set].arn
  principal_id       = each.value.group_id
  principal_type     = "GROUP"
  target_id          = each.value.account_id
  target_type        = "AWS_ACCOUNT"

  depends_on = [
    aws_ssoadmin_permission_set_inline_policy.this,
    aws_ssoadmin_managed_policy_attachment.this,
    aws_ssoadmin_customer_managed_policy_attachment.developer,
  ]
}
