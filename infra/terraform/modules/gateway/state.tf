resource "aws_efs_file_system" "state" {
  creation_token   = "${var.name}-gateway"
  encrypted        = true
  kms_key_id       = var.kms_key_arns.data
  performance_mode = "generalPurpose"
  # A record is durable before a request goes on: what counts is the time of a small write, also after a quiet night.
  throughput_mode = "elastic"
  tags            = merge(local.tags, { Name = "${var.name}-gateway" })

  protection {
    replication_overwrite = "ENABLED"
  }
}

resource "aws_efs_file_system_policy" "state" {
  file_system_id = aws_efs_file_system.state.id
  policy         = module.documents.file_system

  # The policy names the role, and EFS takes none that is not there.
  depends_on = [aws_iam_role.task]
}

resource "aws_efs_backup_policy" "state" {
  file_system_id = aws_efs_file_system.state.id

  backup_policy {
    status = "ENABLED"
  }
}

resource "aws_efs_mount_target" "state" {
  for_each = var.subnet_ids

  file_system_id  = aws_efs_file_system.state.id
  subnet_id       = each.value
  security_groups = [aws_security_group.state.id]
}

resource "aws_efs_access_point" "state" {
  for_each = var.subnet_ids

  file_system_id = aws_efs_file_system.state.id
  tags           = merge(local.tags, { Name = local.service_names[each.key] })

  posix_user {
    uid = local.uid
    gid = local.uid
  }

  # A folder for each zone: the log in it has one writer.
  root_directory {
    path = "/${each.key}"

    creation_info {
      owner_uid   = local.uid
      owner_gid   = local.uid
      permissions = "0700"
    }
  }
}
