# A rule sees the events of its own region alone. Those of this region are brought to where the rules with alarms are.
resource "aws_cloudwatch_event_rule" "this" {
  for_each = var.patterns

  name          = "${var.name}-forward-${each.key}"
  description   = "Brings events for the watch ${each.key} to the home region"
  event_pattern = each.value
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = aws_cloudwatch_event_rule.this

  rule      = each.value.name
  target_id = "home"
  arn       = var.bus_arn
  role_arn  = var.role_arn
}
