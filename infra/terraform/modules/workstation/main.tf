locals {
  tags = merge(var.tags, { "sallyport:module" = "workstation" })

  user_data_base64 = { for key, text in module.documents.user_data : key => base64gzip(text) }
  # Base64 writes three bytes as four characters; EC2 counts the bytes.
  user_data_bytes = max(0, [for text in values(local.user_data_base64) : length(text) * 3 / 4]...)
  # Limit of EC2 on user data before it is encoded.
  max_user_data_bytes = 16384
}

module "documents" {
  source = "./documents"

  name              = var.name
  partition         = var.partition
  region            = var.region
  account_id        = var.account_id
  developers        = { for key, one in var.developers : key => one.os_user }
  sessions_key_arn  = var.kms_key_arns.sessions
  audit_stream_name = var.audit_stream_name
  store             = var.store
  artifacts         = var.artifacts
  session_document  = var.session_document
  parameter_names   = var.parameter_names
}

# One group of exactly one host for each developer: a tag of its own lets the permission set tell whose host it is, which
# one group for all could not, and a group replaces a host that fails or grows old, which a single instance would not.
resource "aws_autoscaling_group" "developer" {
  for_each = var.developers

  name                      = "${var.name}-host-${each.key}"
  min_size                  = 0
  max_size                  = 1
  desired_capacity          = 1
  vpc_zone_identifier       = var.subnet_ids
  health_check_type         = "EC2"
  health_check_grace_period = 600
  max_instance_lifetime     = var.max_host_age_days * 86400
  # INVARIANT: no protection from scaling in, which would keep a host for ever: it holds against age too. Nothing scales the group, so age
  # and failure alone end a host on which somebody may be working.
  protect_from_scale_in = false

  launch_template {
    id      = aws_launch_template.developer[each.key].id
    version = aws_launch_template.developer[each.key].latest_version
  }

  dynamic "tag" {
    for_each = merge(local.tags, {
      Name                         = "${var.name}-host-${each.key}"
      (module.documents.owner_tag) = each.value.owner
      "sallyport:os-user"          = each.value.os_user
      "sallyport:role"             = "host"
    })

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    # Sizes are a matter of the day, and the kill switch suspends processes: an apply must undo neither by the way.
    ignore_changes = [desired_capacity, suspended_processes]
  }

  # What a host starts with comes by the endpoint of S3, whose route waits for the firewall.
  depends_on = [aws_vpc_security_group_egress_rule.s3]
}

resource "aws_launch_template" "developer" {
  for_each = var.developers

  name                    = "${var.name}-host-${each.key}"
  description             = "Governed host of one developer."
  image_id                = var.image_id
  instance_type           = coalesce(each.value.instance_type, var.instance_type)
  user_data               = local.user_data_base64[each.key]
  disable_api_termination = var.environment == "production"
  disable_api_stop        = false
  ebs_optimized           = true
  update_default_version  = true

  instance_initiated_shutdown_behavior = "terminate"

  iam_instance_profile {
    name = aws_iam_instance_profile.host.name
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    # Tags name people; whoever reaches the service needs none of them.
    instance_metadata_tags = "disabled"
  }

  network_interfaces {
    associate_public_ip_address = false
    delete_on_termination       = true
    security_groups             = [aws_security_group.host.id]
  }

  block_device_mappings {
    device_name = var.root_device_name

    ebs {
      encrypted             = true
      kms_key_id            = var.kms_key_arns.data
      volume_type           = "gp3"
      volume_size           = var.root_volume_gb
      delete_on_termination = true
    }
  }

  monitoring {
    enabled = true
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume", "network-interface"]

    content {
      resource_type = tag_specifications.value
      tags = merge(local.tags, {
        Name                         = "${var.name}-host-${each.key}"
        (module.documents.owner_tag) = each.value.owner
      })
    }
  }

  tags = local.tags

  lifecycle {
    precondition {
      condition     = length(local.user_data_base64[each.key]) * 3 / 4 <= local.max_user_data_bytes
      error_message = "User data is above the 16384 bytes that EC2 takes: it only fetches and starts the package; look for what made the trust key so long."
    }
  }
}
