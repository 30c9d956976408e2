locals {
  role = { for account, id in var.accounts : account => "arn:aws:iam::${id}:role/${var.deployment_role_name}" }
}

provider "aws" {
  alias  = "workload"
  region = var.region

  assume_role {
    role_arn = local.role.workload
  }
}

# Events of IAM and of sign-in exist in this region alone.
provider "aws" {
  alias  = "workload_global"
  region = "us-east-1"

  assume_role {
    role_arn = local.role.workload
  }
}

provider "aws" {
  alias  = "log_archive"
  region = var.region

  assume_role {
    role_arn = local.role.log_archive
  }
}

provider "aws" {
  alias  = "log_archive_global"
  region = "us-east-1"

  assume_role {
    role_arn = local.role.log_archive
  }
}

# Where the copies of the log stand.
provider "aws" {
  alias  = "replica"
  region = var.replica_region

  assume_role {
    role_arn = local.role.log_archive
  }
}

provider "aws" {
  alias  = "management"
  region = var.region

  assume_role {
    role_arn = local.role.management
  }
}

provider "aws" {
  alias  = "management_global"
  region = "us-east-1"

  assume_role {
    role_arn = local.role.management
  }
}
