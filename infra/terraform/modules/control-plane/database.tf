locals {
  database_name = "${var.name}-control"
  database      = var.database == null ? {} : { control = var.database }
}

resource "aws_db_subnet_group" "database" {
  count = length(local.database)

  name        = local.database_name
  description = "Subnets of the control database, without a route out"
  subnet_ids  = values(var.database.subnet_ids)
  tags        = local.tags
}

# A machine of ours gets in here only once a program uses the database: until then no rule lets anyone in.
resource "aws_security_group" "database" {
  count = length(local.database)

  name        = "${local.database_name}-database"
  description = "Control database"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${local.database_name}-database" })
}

resource "aws_rds_cluster_parameter_group" "database" {
  count = length(local.database)

  name        = local.database_name
  description = "TLS only; connections and changes of the schema are logged"
  family      = "aurora-postgresql${split(".", var.database.engine_version)[0]}"
  tags        = local.tags

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_connections"
    value = "1"
  }

  parameter {
    name  = "log_disconnections"
    value = "1"
  }

  parameter {
    name  = "log_statement"
    value = "ddl"
  }
}

# RDS makes the group itself where it is missing, unencrypted and for ever.
resource "aws_cloudwatch_log_group" "database" {
  count = length(local.database)

  name              = "/aws/rds/cluster/${local.database_name}/postgresql"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.logs
  tags              = local.tags
}

resource "aws_rds_cluster" "database" {
  count = length(local.database)

  cluster_identifier = local.database_name
  engine             = "aurora-postgresql"
  engine_mode        = "provisioned"
  engine_version     = var.database.engine_version
  database_name      = "sallyport"
  tags               = local.tags

  master_username                     = "sallyport_admin"
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.kms_key_arns.data
  iam_database_authentication_enabled = true

  storage_encrypted = true
  kms_key_id        = var.kms_key_arns.data

  db_subnet_group_name            = aws_db_subnet_group.database[0].name
  vpc_security_group_ids          = [aws_security_group.database[0].id]
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.database[0].name
  enabled_cloudwatch_logs_exports = ["postgresql"]

  backup_retention_period      = var.backup_retention_days
  preferred_backup_window      = "01:00-02:00"
  preferred_maintenance_window = "sun:02:30-sun:03:30"
  copy_tags_to_snapshot        = true
  deletion_protection          = var.environment == "production"
  skip_final_snapshot          = false
  final_snapshot_identifier    = "${local.database_name}-final"

  serverlessv2_scaling_configuration {
    min_capacity = var.database.min_capacity
    max_capacity = var.database.max_capacity
  }

  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_rds_cluster_instance" "database" {
  count = var.database == null ? 0 : var.database.instances

  identifier                      = "${local.database_name}-${count.index}"
  cluster_identifier              = aws_rds_cluster.database[0].id
  engine                          = aws_rds_cluster.database[0].engine
  engine_version                  = aws_rds_cluster.database[0].engine_version
  instance_class                  = "db.serverless"
  availability_zone               = sort(keys(var.database.subnet_ids))[count.index % length(var.database.subnet_ids)]
  publicly_accessible             = false
  auto_minor_version_upgrade      = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arns.data
  copy_tags_to_snapshot           = true
  tags                            = local.tags
}

resource "aws_cloudwatch_metric_alarm" "database_capacity" {
  count = length(local.database)

  alarm_name          = "${local.database_name}-capacity"
  alarm_description   = "The control database is near the most capacity that it may take."
  namespace           = "AWS/RDS"
  metric_name         = "ACUUtilization"
  dimensions          = { DBClusterIdentifier = local.database_name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 90
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = local.tags
}
