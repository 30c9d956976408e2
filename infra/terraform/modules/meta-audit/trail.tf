resource "aws_cloudwatch_log_group" "trail" {
  name              = "/${var.name}/cloudtrail"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn
  tags              = var.tags
}

resource "aws_iam_role" "trail" {
  name                 = "${var.name}-trail-logs"
  description          = "Writes events of the trail to its log group, for CloudTrail"
  assume_role_policy   = module.documents.trail_trust_json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "trail" {
  name   = "write"
  role   = aws_iam_role.trail.id
  policy = module.documents.trail_policy_json
}

resource "aws_cloudtrail" "this" {
  name                          = "${var.name}-trail"
  s3_bucket_name                = var.trail.bucket_name
  kms_key_id                    = var.trail.kms_key_arn
  is_multi_region_trail         = true
  is_organization_trail         = var.is_organization_trail
  include_global_service_events = true
  enable_log_file_validation    = true
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.trail.arn

  advanced_event_selector {
    name = "Every call that manages something"

    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }

  dynamic "advanced_event_selector" {
    for_each = length(var.data_event_bucket_arns) > 0 ? [var.data_event_bucket_arns] : []

    content {
      name = "Every call on an object of the watched buckets"

      field_selector {
        field  = "eventCategory"
        equals = ["Data"]
      }
      field_selector {
        field  = "resources.type"
        equals = ["AWS::S3::Object"]
      }
      field_selector {
        field       = "resources.ARN"
        starts_with = [for arn in advanced_event_selector.value : "${arn}/"]
      }
    }
  }

  dynamic "advanced_event_selector" {
    for_each = var.trail_bucket_arn == null ? [] : [var.trail_bucket_arn]

    content {
      name = "Every call on an object of the trail but its own writing"

      field_selector {
        field  = "eventCategory"
        equals = ["Data"]
      }
      field_selector {
        field  = "resources.type"
        equals = ["AWS::S3::Object"]
      }
      field_selector {
        field       = "resources.ARN"
        starts_with = ["${advanced_event_selector.value}/"]
      }
      # Each file of the trail would be told of in the next one, for ever.
      field_selector {
        field      = "eventName"
        not_equals = ["PutObject"]
      }
    }
  }

  tags = var.tags

  depends_on = [aws_iam_role_policy.trail]
}
