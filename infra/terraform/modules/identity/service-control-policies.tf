locals {
  about = {
    models       = "Models only through the gateway and only those of the policy; roles stay as they were built"
    perimeter    = "Network, names, sessions and hosts stay as they were built"
    evidence     = "The audit log, its keys, its alarms and the files of those who sign it stay; so does break-glass"
    organization = "Organization, root user, regions, instance metadata; what runs, or was stopped, stays so, and no service is asked to act for others"
  }

  attachments = merge(
    { for pair in setproduct(["models", "perimeter", "evidence", "organization"], var.scp_targets.workload) : join("/", pair) => { policy = pair[0], target = pair[1] } },
    { for pair in setproduct(["models", "evidence", "organization"], var.scp_targets.archive) : join("/", pair) => { policy = pair[0], target = pair[1] } },
  )
}

resource "aws_organizations_policy" "this" {
  for_each = local.about

  name        = "${var.name}-${each.key}"
  description = each.value
  type        = "SERVICE_CONTROL_POLICY"
  content     = local.scps[each.key]
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = length(local.scps[each.key]) <= 5120
      error_message = "The service control policy ${each.key} has ${length(local.scps[each.key])} characters, and AWS takes 5120: list fewer models in the policy, fewer deployment roles of different names, or take a shorter name."
    }
  }
}

resource "aws_organizations_policy_attachment" "this" {
  for_each = local.attachments

  policy_id = aws_organizations_policy.this[each.value.policy].id
  target_id = each.value.target
}
