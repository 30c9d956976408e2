resource "aws_bedrock_guardrail" "this" {
  count = var.guardrail == null ? 0 : 1

  name                      = "${var.name}-agents"
  description               = "Beside the detection of the gateway"
  blocked_input_messaging   = var.guardrail.blocked_input
  blocked_outputs_messaging = var.guardrail.blocked_outputs
  kms_key_arn               = var.guardrail.kms_key_arn
  tags                      = var.tags

  content_policy_config {
    # Bedrock looks for attacks in what goes in only, and wants to be told so.
    filters_config {
      type            = "PROMPT_ATTACK"
      input_strength  = var.guardrail.prompt_attacks
      output_strength = "NONE"
    }
  }

  dynamic "sensitive_information_policy_config" {
    for_each = length(var.guardrail.pii_entities) > 0 ? [true] : []

    content {
      dynamic "pii_entities_config" {
        for_each = toset(var.guardrail.pii_entities)

        content {
          type   = pii_entities_config.value
          action = "BLOCK"
        }
      }
    }
  }
}

resource "aws_bedrock_guardrail_version" "this" {
  count = var.guardrail == null ? 0 : 1

  guardrail_arn = aws_bedrock_guardrail.this[0].guardrail_arn
  description   = "What requests name"
}
