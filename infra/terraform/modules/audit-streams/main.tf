locals {
  buckets      = { audit = var.archive.audit_bucket_arn, sessions = var.archive.sessions_bucket_arn }
  archive_keys = { audit = var.archive.audit_key_arn, sessions = var.archive.sessions_key_arn }

  # The folders of days are those of the tables for Athena. Firehose sorts by the day on which a record arrived.
  days = "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/"

  # The subscription of a log group hands over blocks of gzip: they are opened here, or the objects would be packed twice. The block
  # stays whole, since it names the log stream, which is the session.
  processors = {
    audit = []
    sessions = [
      { type = "Decompression", parameters = { CompressionFormat = "GZIP" } },
      { type = "AppendDelimiterToRecord", parameters = { Delimiter = "\\n" } },
    ]
  }
}

module "documents" {
  source = "./documents"

  name       = var.name
  partition  = var.partition
  region     = var.region
  account_id = var.account_id
  archive    = var.archive
}

resource "aws_cloudwatch_log_group" "firehose" {
  name              = "/${var.name}/firehose"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.logs
  tags              = var.tags
}

resource "aws_cloudwatch_log_stream" "firehose" {
  for_each = local.buckets

  name           = each.key
  log_group_name = aws_cloudwatch_log_group.firehose.name
}

resource "aws_iam_role" "stream" {
  for_each = local.buckets

  name                 = "${var.name}-${each.key}-stream"
  description          = "Writes ${each.key} to the log archive, for Firehose"
  assume_role_policy   = module.documents.stream_trust_json[each.key]
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "stream" {
  for_each = aws_iam_role.stream

  name   = "write"
  role   = each.value.id
  policy = module.documents.stream_policy_json[each.key]
}

resource "aws_kinesis_firehose_delivery_stream" "this" {
  for_each = local.buckets

  name        = "${var.name}-${each.key}"
  destination = "extended_s3"

  server_side_encryption {
    enabled  = true
    key_type = "CUSTOMER_MANAGED_CMK"
    key_arn  = var.kms_key_arns.data
  }

  extended_s3_configuration {
    role_arn            = aws_iam_role.stream[each.key].arn
    bucket_arn          = each.value
    kms_key_arn         = local.archive_keys[each.key]
    prefix              = "records/${local.days}"
    error_output_prefix = "errors/!{firehose:error-output-type}/${local.days}"
    compression_format  = "GZIP"
    file_extension      = ".ndjson.gz"
    buffering_interval  = var.buffering.seconds
    buffering_size      = var.buffering.megabytes

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.firehose.name
      log_stream_name = aws_cloudwatch_log_stream.firehose[each.key].name
    }

    dynamic "processing_configuration" {
      for_each = length(local.processors[each.key]) > 0 ? [local.processors[each.key]] : []

      content {
        enabled = true

        dynamic "processors" {
          for_each = processing_configuration.value

          content {
            type = processors.value.type

            dynamic "parameters" {
              for_each = processors.value.parameters

              content {
                parameter_name  = parameters.key
                parameter_value = parameters.value
              }
            }
          }
        }
      }
    }
  }

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })

  depends_on = [aws_iam_role_policy.stream]
}
