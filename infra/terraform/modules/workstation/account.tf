resource "aws_ebs_encryption_by_default" "this" {
  count = var.manage_account_defaults ? 1 : 0

  enabled = true
}

resource "aws_ebs_default_kms_key" "this" {
  count = var.manage_account_defaults ? 1 : 0

  key_arn = var.kms_key_arns.data
}

resource "aws_ec2_instance_metadata_defaults" "this" {
  count = var.manage_account_defaults ? 1 : 0

  http_endpoint               = "enabled"
  http_tokens                 = "required"
  http_put_response_hop_limit = 1
  instance_metadata_tags      = "disabled"
}
