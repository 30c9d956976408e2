terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 7.0"
    }
  }

  # Put a backend here: the state holds what an attacker would like to know. An S3 bucket of an account of its own, encrypted,
  # versioned and with locking does.
}
