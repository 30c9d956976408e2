locals {
  suffix  = var.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
  reverse = var.partition == "aws-cn" ? "cn.com.amazonaws" : "com.amazonaws"

  # Service to the first labels of the private DNS name that AWS gives to its endpoint. A service that is not here is not built: AWS
  # alone would notice a misspelt one. bedrock-mantle is absent on purpose, it reaches models of other vendors.
  first_labels = {
    "bedrock"          = "bedrock"
    "bedrock-runtime"  = "bedrock-runtime"
    "cloudtrail"       = "cloudtrail"
    "ec2"              = "ec2"
    "ecr.api"          = "api.ecr"
    "ecr.dkr"          = "ACCOUNT.dkr.ecr"
    "ecs"              = "ecs"
    "events"           = "events"
    "kinesis-firehose" = "firehose"
    "kms"              = "kms"
    "logs"             = "logs"
    "monitoring"       = "monitoring"
    "secretsmanager"   = "secretsmanager"
    "sns"              = "sns"
    "ssm"              = "ssm"
    "ssmmessages"      = "ssmmessages"
    "sts"              = "sts"
  }
}
