locals {
  # Whose credentials may be used here, and whose resources are reached: both at once, for stolen credentials of ours work anywhere
  # and credentials that somebody brings along work on resources of his.
  own_principal = var.org_id == null ? { "aws:PrincipalAccount" = var.account_id } : { "aws:PrincipalOrgID" = var.org_id }
  own_resource  = var.org_id == null ? { "aws:ResourceAccount" = var.account_id } : { "aws:ResourceOrgID" = var.org_id }

  # First part of the actions of a service, where it is not the service's own name.
  action_prefixes = {
    "ecr.api"          = "ecr"
    "ecr.dkr"          = "ecr"
    "kinesis-firehose" = "firehose"
    "monitoring"       = "cloudwatch"
  }

  own_statement = {
    for service in var.services : service => {
      Sid       = "OwnPrincipalsOnOwnResources"
      Effect    = "Allow"
      Principal = "*"
      Action    = "${lookup(local.action_prefixes, service, service)}:*"
      Resource  = "*"
      Condition = { StringEquals = merge(local.own_principal, local.own_resource) }
    }
  }

  # What has no resource of ours: our credentials still, and reading only.
  further_statements = {
    sts = [{
      Sid       = "OwnPrincipalsAskWhoTheyAre"
      Effect    = "Allow"
      Principal = "*"
      Action    = "sts:GetCallerIdentity"
      Resource  = "*"
      Condition = { StringEquals = local.own_principal }
    }]
    ssm = [{
      Sid       = "OwnPrincipalsReadWhatAwsPublishes"
      Effect    = "Allow"
      Principal = "*"
      Action    = ["ssm:DescribeDocument", "ssm:GetDocument", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
      Resource = [
        "arn:${var.partition}:ssm:${var.region}::document/AWS-*",
        "arn:${var.partition}:ssm:${var.region}::parameter/aws/service/*",
      ]
      Condition = { StringEquals = local.own_principal }
    }]
  }

  bedrock = var.bedrock_perimeter == null ? null : {
    Version = "2012-10-17"
    Statement = concat(jsondecode(var.bedrock_perimeter).Statement, [{
      Sid       = "NobodyButTheGateway"
      Effect    = "Deny"
      Principal = "*"
      Action    = "*"
      Resource  = "*"
      Condition = { ArnNotEquals = { "aws:PrincipalArn" = var.bedrock_principal_arns } }
    }])
  }

  interface = {
    for service in var.services : service => service == "bedrock-runtime" ? jsonencode(local.bedrock) : jsonencode({
      Version   = "2012-10-17"
      Statement = concat([local.own_statement[service]], lookup(local.further_statements, service, []))
    })
  }

  s3 = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OwnPrincipalsOnOwnBuckets"
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:*"
        Resource  = "*"
        Condition = { StringEquals = merge(local.own_principal, local.own_resource) }
      },
      {
        # No condition on the principal: package managers ask without a signature, and layers of images come by an address that ECR
        # signed. To read is a way out only where the owner of the bucket tells what was asked for; AWS owns these.
        Sid       = "AnybodyReadsBucketsOfAws"
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = [for bucket in sort(keys(var.aws_owned_buckets)) : "arn:${var.partition}:s3:::${replace(bucket, "{region}", var.region)}/*"]
      },
    ]
  }
}
