output "role_arn" {
  description = "The role for emergencies. Every use of it raises an alarm."
  value       = aws_iam_role.break_glass.arn
}
