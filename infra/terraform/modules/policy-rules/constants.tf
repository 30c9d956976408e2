module "services" {
  source = "../endpoints/services"

  region     = var.region
  account_id = var.account_id
  partition  = var.partition
}

locals {
  # Domains at and below which anybody can have an account or a host. What is sent there is inside of TLS, where no firewall sees
  # the path.
  multi_tenant_domains = {
    "amazonaws.com"          = "anybody can have a bucket, a machine or a function there"
    "amazonaws.com.cn"       = "anybody can have a bucket, a machine or a function there"
    "atlassian.com"          = "anybody can have a site there"
    "atlassian.net"          = "anybody can have a site there"
    "azureedge.net"          = "anybody can put a server behind it"
    "azurewebsites.net"      = "anybody can run a server there"
    "bitbucket.org"          = "anybody can push there"
    "blob.core.windows.net"  = "anybody can have storage there"
    "cloudflarestorage.com"  = "anybody can have a bucket there"
    "cloudfront.net"         = "anybody can put a server behind it"
    "digitaloceanspaces.com" = "anybody can have a bucket there"
    "discord.com"            = "anybody can have a channel there"
    "docker.io"              = "anybody can push images there"
    "dropbox.com"            = "anybody can have files there"
    "fly.dev"                = "anybody can run a server there"
    "ghcr.io"                = "anybody can push images there"
    "github.com"             = "anybody can push there"
    "github.io"              = "anybody can serve files there"
    "githubusercontent.com"  = "anybody can serve files there"
    "gitlab.com"             = "anybody can push there"
    "gitlab.io"              = "anybody can serve files there"
    "googleapis.com"         = "anybody can have storage there"
    "googleusercontent.com"  = "anybody can serve files there"
    "herokuapp.com"          = "anybody can run a server there"
    "huggingface.co"         = "anybody can push there"
    "netlify.app"            = "anybody can serve files there"
    "ngrok.app"              = "anybody can open a tunnel there"
    "ngrok.io"               = "anybody can open a tunnel there"
    "ngrok-free.app"         = "anybody can open a tunnel there"
    "npmjs.com"              = "anybody can publish there"
    "npmjs.org"              = "anybody can publish there: an upload is a PUT that no firewall tells from a download"
    "on.aws"                 = "anybody can run a function there"
    "pages.dev"              = "anybody can serve files there"
    "pastebin.com"           = "anybody can put text there"
    "quay.io"                = "anybody can push images there"
    "rubygems.org"           = "anybody can publish there"
    "run.app"                = "anybody can run a server there"
    "trycloudflare.com"      = "anybody can open a tunnel there"
    "vercel.app"             = "anybody can run a server there"
    "workers.dev"            = "anybody can run a function there"
    "supabase.co"            = "anybody can have a database there"
    "sharepoint.com"         = "anybody can have a site there"
  }

  # Single hosts of the same kind; what stands below them does not count.
  multi_tenant_hosts = {
    "api.anthropic.com"    = "anybody's key is taken there, so that prompts and files go to anybody's account"
    "crates.io"            = "anybody can publish there"
    "hooks.slack.com"      = "anybody can have a channel there"
    "proxy.golang.org"     = "it fetches from whatever host a path names"
    "registry.yarnpkg.com" = "it is the registry of npm under another name"
    "upload.pypi.org"      = "anybody can publish there"
  }

  # Inference profiles whose models run in the same part of the world, by the beginning of the region's name.
  geographies = {
    "ap-"           = ["apac"]
    "ap-northeast-" = ["jp"]
    "ap-southeast-" = ["au"]
    "ca-"           = ["ca"]
    "cn-"           = ["cn"]
    "eu-"           = ["eu"]
    "us-"           = ["us"]
    "us-gov-"       = ["us-gov"]
  }

  # A name of DNS in the one spelling that the policy compiler writes, with labels as hosts have them.
  name_pattern = "^(\\*\\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$"

  # A wildcard here is refused whatever risk is accepted: the names belong to any account of AWS.
  aws_wildcard_pattern = "^\\*\\.([a-z0-9.-]+\\.)?(amazonaws\\.com(\\.cn)?|on\\.aws)$"

  # What each component calls by itself. bedrock-runtime is the gateway's alone: no other role may run a model.
  component_services = {
    workstation       = ["kinesis-firehose", "kms", "logs", "monitoring", "secretsmanager", "ssm", "ssmmessages", "sts"]
    gateway           = ["bedrock-runtime", "ecr.api", "ecr.dkr", "kinesis-firehose", "kms", "logs", "monitoring", "sts"]
    ephemeral_session = ["ecr.api", "ecr.dkr", "kinesis-firehose", "kms", "logs", "ssmmessages", "sts"]
    control_plane     = ["ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "secretsmanager", "sts"]
  }

  # Buckets of AWS that a component reads: without their names in DNS no package and no image arrives.
  component_buckets = {
    workstation       = ["amazon-ssm-${var.region}", "amazon-ssm-packages-${var.region}", "amazoncloudwatch-agent-${var.region}", "aws-ssm-${var.region}"]
    gateway           = ["prod-${var.region}-starport-layer-bucket"]
    ephemeral_session = ["prod-${var.region}-starport-layer-bucket"]
    control_plane     = ["prod-${var.region}-starport-layer-bucket"]
  }

  # The names below efs resolve inside a VPC alone, to the file systems of that VPC.
  component_names = {
    workstation       = ["al2023-repos-${var.region}-de612dc2.s3.dualstack.${var.region}.${module.services.suffix}"]
    gateway           = ["*.efs.${var.region}.${module.services.suffix}"]
    ephemeral_session = []
    control_plane     = []
  }
}
