terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 7.0"
      # The same account in us-east-1: events of IAM and of sign-in exist there alone.
      configuration_aliases = [aws.global]
    }
  }
}
