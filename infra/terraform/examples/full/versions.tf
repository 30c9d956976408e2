terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The release line that plans were made with. The modules take 6.x as well, of which only names were checked.
      version = "~> 5.100"
    }
  }

  # Put a backend here: the state holds what an attacker would like to know. An S3 bucket of an account of its own, encrypted,
  # versioned and with locking does.
}
