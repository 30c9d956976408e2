locals {
  trust = [
    {
      Sid       = "NamedPeopleWithSecondFactor"
      Effect    = "Allow"
      Principal = { AWS = var.trusted_user_arns }
      Action    = "sts:AssumeRole"
      Condition = {
        # Without the key there was no second factor, so nothing here may be `IfExists`.
        Bool            = { "aws:MultiFactorAuthPresent" = "true" }
        NumericLessThan = { "aws:MultiFactorAuthAge" = tostring(var.max_mfa_age_seconds) }
        StringEquals    = { "sts:RoleSessionName" = "$${aws:username}" }
      }
    },
  ]

  limits = [
    {
      Sid    = "EvidenceStays"
      Effect = "Deny"
      Action = [
        "s3:BypassGovernanceRetention",
        "s3:DeleteObjectVersion",
      ]
      Resource = [for purpose in ["audit", "sessions", "trail"] : "arn:${var.partition}:s3:::${var.name}-${purpose}-*/*"]
    },
    {
      Sid      = "TheSwitchStays"
      Effect   = "Deny"
      Action   = ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging"]
      Resource = "*"
    },
  ]
}
