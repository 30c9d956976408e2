provider "aws" {
  alias  = "trial"
  region = var.region
}

# Events of IAM and of sign-in exist in this region alone.
provider "aws" {
  alias  = "trial_global"
  region = "us-east-1"
}
