mock_provider "aws" {
  mock_resource "aws_vpc_endpoint" {
    defaults = { prefix_list_id = "pl-0a" }
  }
}

variables {
  region                            = "eu-central-1"
  account_id                        = "111122223333"
  org_id                            = "o-exampleorg1"
  vpc_id                            = "vpc-0a"
  services                          = ["bedrock-runtime", "ecr.dkr", "kinesis-firehose", "ssm", "sts"]
  subnet_ids                        = { eu-central-1a = "subnet-0a", eu-central-1b = "subnet-0b" }
  route_table_ids                   = { private-eu-central-1a = "rtb-0a", private-eu-central-1b = "rtb-0b", endpoint = "rtb-0e" }
  client_security_group_ids         = { workstation = "sg-0w", gateway = "sg-0g" }
  bedrock_client_security_group_ids = { gateway = "sg-0g" }
  bedrock_perimeter                 = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Models\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":[\"bedrock:InvokeModel\"],\"Resource\":[\"*\"]}]}"
  bedrock_principal_arns            = ["arn:aws:iam::111122223333:role/sallyport-gateway-task"]
}

run "n14_one_endpoint_for_each_service" {
  assert {
    condition     = toset([for endpoint in aws_vpc_endpoint.interface : endpoint.service_name]) == toset(["com.amazonaws.eu-central-1.bedrock-runtime", "com.amazonaws.eu-central-1.ecr.dkr", "com.amazonaws.eu-central-1.kinesis-firehose", "com.amazonaws.eu-central-1.ssm", "com.amazonaws.eu-central-1.sts"])
    error_message = "Each service needs its endpoint, by its whole name."
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.vpc_endpoint_type == "Interface" && endpoint.private_dns_enabled && endpoint.subnet_ids == toset(values(var.subnet_ids))])
    error_message = "Endpoints must stand in each zone and answer for the service's own name."
  }
}

run "n12_s3_is_a_gateway_endpoint" {
  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway" && aws_vpc_endpoint.s3.route_table_ids == toset(values(var.route_table_ids)) && output.s3_prefix_list_id == "pl-0a"
    error_message = "S3 must be reached by route from hosts and gateway."
  }

  assert {
    condition     = !anytrue([for endpoint in aws_vpc_endpoint.interface : endswith(endpoint.service_name, ".s3")])
    error_message = "No interface endpoint of S3."
  }
}

run "n13_every_endpoint_has_a_policy" {
  assert {
    condition     = alltrue([for service, endpoint in aws_vpc_endpoint.interface : can(jsondecode(endpoint.policy).Statement)]) && can(jsondecode(aws_vpc_endpoint.s3.policy).Statement)
    error_message = "An endpoint without a policy lets everybody reach everything."
  }

  assert {
    condition     = !anytrue([for service, endpoint in aws_vpc_endpoint.interface : anytrue([for statement in jsondecode(endpoint.policy).Statement : statement.Effect == "Allow" && !can(statement.Condition) && service != "bedrock-runtime"])])
    error_message = "No statement may allow without a condition."
  }
}

run "only_named_groups_reach_endpoints_and_only_the_gateway_reaches_models" {
  assert {
    condition     = { for key, rule in aws_vpc_security_group_ingress_rule.https : key => [rule.referenced_security_group_id, rule.from_port, rule.to_port, rule.ip_protocol] } == { endpoints-workstation = ["sg-0w", 443, 443, "tcp"], endpoints-gateway = ["sg-0g", 443, 443, "tcp"], bedrock-gateway = ["sg-0g", 443, 443, "tcp"] }
    error_message = "Port 443 from the named groups alone."
  }

  assert {
    condition     = aws_vpc_endpoint.interface["bedrock-runtime"].security_group_ids == toset([aws_security_group.this["bedrock"].id]) && aws_vpc_endpoint.interface["ssm"].security_group_ids == toset([aws_security_group.this["endpoints"].id]) && output.bedrock_security_group_id == aws_security_group.this["bedrock"].id
    error_message = "The endpoint of models must have a group of its own."
  }

  assert {
    condition     = alltrue([for group in aws_security_group.this : length(group.ingress) == 0 && length(group.egress) == 0])
    error_message = "The groups must hold no rules beside those."
  }
}

run "without_a_gateway_there_is_no_way_to_models" {
  variables {
    services                          = ["ssm"]
    bedrock_client_security_group_ids = {}
    bedrock_perimeter                 = null
    bedrock_principal_arns            = []
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) == 1 && length(aws_security_group.this) == 1 && output.bedrock_endpoint_id == null && output.bedrock_security_group_id == null
    error_message = "No endpoint and no group for models."
  }
}
