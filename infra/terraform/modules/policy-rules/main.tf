locals {
  components = [for name, is_on in var.components : name if is_on]

  # Without a gateway in this VPC the guard on the host calls the upstream itself, so that the way is the host's.
  host_calls_upstream = !var.components.gateway && var.policy.upstream != null

  endpoint_services = toset(concat(
    flatten([for name in local.components : local.component_services[name]]),
    [for service in var.policy.endpoints : service if service != "bedrock-runtime" || var.components.gateway],
    tolist(var.extra_endpoint_services),
  ))

  retention_years = var.retention_years == null ? var.policy.retention.years : var.retention_years
}

# Every name with what it is there for. Where two agree on a name, the first one's word stands.
locals {
  bucket_names = concat(
    [for bucket in concat(flatten([for name in local.components : local.component_buckets[name]]), var.buckets) : "${bucket}.s3.${var.region}.${module.services.suffix}"],
    ["s3.${var.region}.${module.services.suffix}"],
  )

  dns_entries = concat(
    [for domain in var.policy.allowed_domains : { name = domain.name, source = "policy: ${domain.reason}" } if domain.kind != "address"],
    [for name in var.policy.dns.gateway : { name = name, source = "policy: upstream of model requests" } if local.host_calls_upstream],
    var.components.gateway ? [{ name = var.gateway_hostname, source = "component: gateway" }] : [],
    [for domain in var.extra_domains : { name = domain.name, source = "extra: ${domain.reason}" }],
    flatten([for component, names in var.component_hosts : [for name in names : { name = name, source = "component: ${component}" }]]),
    flatten([for component in local.components : [for name in local.component_names[component] : { name = name, source = "component: ${component}" }]]),
    [for service in local.endpoint_services : { name = module.services.private_names[service], source = "endpoint: ${service}" }],
    [for name in local.bucket_names : { name = name, source = "bucket: through the endpoint of S3" }],
  )

  dns_sources = { for name, sources in { for entry in local.dns_entries : entry.name => entry.source... } : name => sources[0] }
  dns_domains = sort(keys(local.dns_sources))
}

# Rules beyond the policy's stand before them, because the policy's end in drops.
locals {
  first_extra_sid = 1150000

  extra_rules = [
    for at, domain in var.extra_domains : join(" ", [
      "pass tls $HOME_NET any -> $EXTERNAL_NET",
      length(domain.ports) == 1 ? tostring(domain.ports[0]) : "[${join(",", domain.ports)}]",
      "(msg:\"${domain.name}\"; tls.sni; content:\"${trimprefix(domain.name, "*")}\";${startswith(domain.name, "*") ? "" : " startswith;"} endswith; nocase;",
      "flow:to_server; sid:${local.first_extra_sid + at}; rev:1;)\n",
    ])
  ]

  upstream_rules = local.host_calls_upstream ? [
    for line in split("\n", var.policy.suricata.gateway) : "${replace(line, "$GATEWAY_NET", "$HOME_NET")}\n" if startswith(line, "pass ")
  ] : []

  egress_rules = join("", concat(local.extra_rules, local.upstream_rules, [var.policy.suricata.egress]))

  # Terraform sorts texts only.
  egress_ports = [
    for port in sort([
      for port in distinct(concat(
        flatten([for domain in var.policy.allowed_domains : domain.ports]),
        flatten([for domain in var.extra_domains : domain.ports]),
        local.host_calls_upstream ? [var.policy.upstream.port] : [],
      )) : format("%05d", port)
    ]) : tonumber(port)
  ]
}

locals {
  documents = {
    for name, text in var.policy.iam : name => (
      var.org_id == null
      ? replace(replace(replace(text, "aws:PrincipalOrgID", "aws:PrincipalAccount"), "aws:ResourceOrgID", "aws:ResourceAccount"), "ORGANIZATION_ID", var.account_id)
      : replace(text, "ORGANIZATION_ID", var.org_id)
    )
  }

  bedrock = var.policy.provider != "bedrock" ? null : {
    geography    = distinct([for arn in var.policy.models.profile_arns : regex("inference-profile/([a-z-]+)\\.", arn)[0]])
    profile_arns = var.policy.models.profile_arns
    model_arns   = var.policy.models.model_arns
    invoke       = local.documents.invoke
    guardrail    = local.documents.guardrail
    perimeter    = local.documents.perimeter
  }
}
