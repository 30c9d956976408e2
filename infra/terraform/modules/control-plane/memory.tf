resource "aws_efs_file_system" "memory" {
  creation_token   = "${var.name}-witness"
  encrypted        = true
  kms_key_id       = var.kms_key_arns.data
  performance_mode = "generalPurpose"
  throughput_mode  = "elastic"
  tags             = merge(local.tags, { Name = "${var.name}-witness" })

  protection {
    replication_overwrite = "ENABLED"
  }
}

resource "aws_efs_file_system_policy" "memory" {
  file_system_id = aws_efs_file_system.memory.id
  policy         = module.documents.file_system

  # The policy names the role, and EFS takes none that is not there.
  depends_on = [aws_iam_role.task]
}

# To lose the key is to lose the witness: logs are configured with it.
resource "aws_efs_backup_policy" "memory" {
  file_system_id = aws_efs_file_system.memory.id

  backup_policy {
    status = "ENABLED"
  }
}

resource "aws_efs_mount_target" "memory" {
  for_each = var.subnet_ids

  file_system_id  = aws_efs_file_system.memory.id
  subnet_id       = each.value
  security_groups = [aws_security_group.memory.id]
}

resource "aws_efs_access_point" "memory" {
  file_system_id = aws_efs_file_system.memory.id
  tags           = merge(local.tags, { Name = "${var.name}-witness" })

  posix_user {
    uid = local.uid
    gid = local.uid
  }

  root_directory {
    path = "/witness"

    creation_info {
      owner_uid   = local.uid
      owner_gid   = local.uid
      permissions = "0700"
    }
  }
}
