# Conditions use this variable and constants only: what is derived from it in main.tf would make a circle.

variable "policy" {
  description = "Values that `sallyport policy compile --target terraform` writes to sallyport.auto.tfvars.json."
  type = object({
    format   = number
    name     = string
    shape    = string
    provider = string
    region   = string
    models = object({
      allow        = list(string)
      deny         = list(string)
      profile_arns = list(string)
      model_arns   = list(string)
    })
    allowed_domains = list(object({
      name          = string
      kind          = string
      ports         = list(number)
      reason        = string
      accepted_risk = optional(string)
    }))
    upstream  = optional(object({ name = string, port = number }))
    dns       = object({ egress = list(string), gateway = list(string) })
    suricata  = object({ egress = string, gateway = string })
    endpoints = list(string)
    iam       = object({ invoke = string, guardrail = string, perimeter = string })
    session   = object({ max_minutes = number, idle_minutes = number, document = string })
    retention = object({ years = number, content_days = optional(number) })
  })
  nullable = false

  validation {
    condition     = var.policy.format == 1
    error_message = "policy.format is ${var.policy.format}, and these modules take 1: compile the policy with the release of Sallyport that the modules come from."
  }

  validation {
    condition     = contains(["workstation", "ec2", "container"], var.policy.shape) && contains(["anthropic", "bedrock", "vertex"], var.policy.provider)
    error_message = "policy.shape must be workstation, ec2 or container, and policy.provider anthropic, bedrock or vertex; they are ${var.policy.shape} and ${var.policy.provider}. Take the file as `sallyport policy compile --target terraform` writes it."
  }

  validation {
    condition     = length(var.policy.allowed_domains) > 0 && can(regex("(?m)^pass ", var.policy.suricata.egress))
    error_message = "policy.allowed_domains is empty: nothing that is built from it could reach a host outside. List hosts under `egress.hosts` of the policy; a mirror of packages is the usual first one."
  }

  validation {
    condition     = alltrue([for domain in var.policy.allowed_domains : can(regex(local.name_pattern, domain.name)) || domain.kind == "address"])
    error_message = "policy.allowed_domains holds a name in another spelling than the compiler's: lower case, punycode, at least two labels, no final dot, `*` for whole labels in front only. Found: ${join(", ", [for domain in var.policy.allowed_domains : domain.name if !can(regex(local.name_pattern, domain.name)) && domain.kind != "address"])}."
  }

  validation {
    condition     = alltrue([for domain in var.policy.allowed_domains : !can(regex(local.aws_wildcard_pattern, domain.name))])
    error_message = "policy.allowed_domains holds a wildcard under a domain of AWS: ${join(", ", [for domain in var.policy.allowed_domains : domain.name if can(regex(local.aws_wildcard_pattern, domain.name))])}. Buckets, machines and functions of any account have names there. Services are reached by endpoints; name a bucket of your own in `buckets`. No accepted risk changes this."
  }

  validation {
    condition     = alltrue([for domain in var.policy.allowed_domains : !startswith(domain.name, "*.") || try(length(trimspace(domain.accepted_risk)) > 0, false)])
    error_message = "policy.allowed_domains holds a wildcard without an accepted risk: ${join(", ", [for domain in var.policy.allowed_domains : domain.name if startswith(domain.name, "*.") && !try(length(trimspace(domain.accepted_risk)) > 0, false)])}. Name the hosts one by one, or write in the policy why all of them are reached, as `accepted_risk`."
  }

  validation {
    condition = alltrue([
      for domain in var.policy.allowed_domains : try(length(trimspace(domain.accepted_risk)) > 0, false) || length([
        for host, why in merge(local.multi_tenant_domains, local.multi_tenant_hosts) : why if(
          trimprefix(domain.name, "*.") == host ||
          (contains(keys(local.multi_tenant_domains), host) && endswith(domain.name, ".${host}")) ||
          (startswith(domain.name, "*.") && endswith(host, trimprefix(domain.name, "*")))
        )
      ]) == 0
    ])
    error_message = "policy.allowed_domains holds a host that many parties share, without an accepted risk: ${join("; ", [
      for domain in var.policy.allowed_domains : "${domain.name} (${join(", ", distinct([
        for host, why in merge(local.multi_tenant_domains, local.multi_tenant_hosts) : why if(
          trimprefix(domain.name, "*.") == host ||
          (contains(keys(local.multi_tenant_domains), host) && endswith(domain.name, ".${host}")) ||
          (startswith(domain.name, "*.") && endswith(host, trimprefix(domain.name, "*")))
        )
        ]))})" if !try(length(trimspace(domain.accepted_risk)) > 0, false) && length([
        for host, why in merge(local.multi_tenant_domains, local.multi_tenant_hosts) : why if(
          trimprefix(domain.name, "*.") == host ||
          (contains(keys(local.multi_tenant_domains), host) && endswith(domain.name, ".${host}")) ||
          (startswith(domain.name, "*.") && endswith(host, trimprefix(domain.name, "*")))
        )
      ]) > 0
    ])}. Use a mirror of your own, or write why it is reached all the same as `accepted_risk`."
  }

  validation {
    condition     = var.policy.provider != "bedrock" || alltrue([for domain in var.policy.allowed_domains : !can(regex(local.judgement.provider_pattern, domain.name))])
    error_message = "policy.allowed_domains holds a host of anthropic.com, but the policy uses Bedrock: ${join(", ", [for domain in var.policy.allowed_domains : domain.name if can(regex(local.judgement.provider_pattern, domain.name))])}. With a key of his own anybody could send prompts and files there. Take it out; no accepted risk changes this."
  }

  validation {
    condition     = alltrue([for domain in var.policy.allowed_domains : alltrue([for port in domain.ports : port == floor(port) && port >= 1 && port <= 65535 && !contains(local.judgement.resolver_ports, port)]) && length(domain.ports) > 0])
    error_message = "policy.allowed_domains needs ports from 1 to 65535, and neither 53 nor 853: names are asked from the resolver of the VPC alone, where DNS Firewall sees them. Found: ${join("; ", [for domain in var.policy.allowed_domains : "${domain.name} (${join(", ", domain.ports)})" if length(domain.ports) == 0 || anytrue([for port in domain.ports : port != floor(port) || port < 1 || port > 65535 || contains(local.judgement.resolver_ports, port)])])}."
  }

  validation {
    condition     = alltrue([for domain in var.policy.allowed_domains : length(trimspace(domain.reason)) > 0])
    error_message = "policy.allowed_domains needs a reason for each host: it is what a reviewer reads first. Without one: ${join(", ", [for domain in var.policy.allowed_domains : domain.name if length(trimspace(domain.reason)) == 0])}."
  }

  validation {
    condition     = alltrue([for domain in var.policy.allowed_domains : domain.kind != "address" || try(length(trimspace(domain.accepted_risk)) > 0, false)])
    error_message = "policy.allowed_domains holds an address without an accepted risk: ${join(", ", [for domain in var.policy.allowed_domains : domain.name if domain.kind == "address"])}. It is reached past DNS Firewall and whatever name TLS shows; name a host, or write why as `accepted_risk`."
  }

  validation {
    condition     = alltrue([for domain in var.policy.allowed_domains : domain.kind != "address" || !can(regex(local.judgement.special_address_pattern, domain.name))])
    error_message = "policy.allowed_domains holds an address of the machine itself, of its metadata service or of a multicast group: ${join(", ", [for domain in var.policy.allowed_domains : domain.name if domain.kind == "address" && can(regex(local.judgement.special_address_pattern, domain.name))])}. Take it out; no accepted risk changes this."
  }

  # A list that was edited by hand would let one layer answer what another one drops.
  validation {
    condition     = join(" ", sort([for domain in var.policy.allowed_domains : domain.name if domain.kind != "address"])) == join(" ", sort(var.policy.dns.egress))
    error_message = "policy.dns.egress and policy.allowed_domains differ: ${join(", ", concat(tolist(setsubtract([for domain in var.policy.allowed_domains : domain.name if domain.kind != "address"], var.policy.dns.egress)), tolist(setsubtract(var.policy.dns.egress, [for domain in var.policy.allowed_domains : domain.name]))))}. Do not edit sallyport.auto.tfvars.json, change the policy and compile it again."
  }

  validation {
    condition = (
      toset(flatten(regexall("(?m)^pass [^(]*\\(msg:\"([^\"]+)\";", var.policy.suricata.egress))) ==
      toset([for domain in var.policy.allowed_domains : trim(domain.name, "[]")])
    )
    error_message = "policy.suricata.egress and policy.allowed_domains differ: do not edit sallyport.auto.tfvars.json, change the policy and compile it again."
  }

  validation {
    condition     = alltrue([for line in split("\n", trimspace(var.policy.suricata.egress)) : can(regex("^(pass (tls|tcp)|(drop|reject|alert) [a-z]+) \\$HOME_NET any -> ", line))]) && can(regex("(?m)^drop tls \\$HOME_NET any -> \\$EXTERNAL_NET any ", var.policy.suricata.egress))
    error_message = "policy.suricata.egress must be rules about $HOME_NET that end in drops: take the text as `sallyport policy compile --target terraform` writes it."
  }

  validation {
    condition     = alltrue([for pattern in concat(var.policy.models.allow, var.policy.models.deny) : can(regex(local.judgement.model_pattern, pattern))])
    error_message = "policy.models holds a pattern that could stand for another vendor's model: ${join(", ", [for pattern in concat(var.policy.models.allow, var.policy.models.deny) : pattern if !can(regex(local.judgement.model_pattern, pattern))])}. Begin it with `claude-`."
  }

  validation {
    condition = alltrue(concat(
      [for arn in var.policy.models.profile_arns : can(regex(local.judgement.profile_arn_pattern, arn))],
      [for arn in var.policy.models.model_arns : can(regex(local.judgement.model_arn_pattern, arn))],
    ))
    error_message = "policy.models holds an ARN that could stand for another vendor's model; each must end in anthropic.claude-…, and application inference profiles, whose names say nothing, are not taken. Mend `models` of the policy, then compile it again."
  }

  validation {
    condition = alltrue([
      for arn in var.policy.models.profile_arns : contains(
        flatten([for prefix, names in local.geographies : names if startswith(var.policy.region, prefix)]),
        try(regex("inference-profile/([a-z-]+)\\.", arn)[0], "")
      )
    ])
    error_message = "policy.models.profile_arns holds a geography that is not that of ${var.policy.region}: prompts would be answered in another part of the world. Set `providers.bedrock.region` of the policy to the region of the deployment."
  }

  validation {
    condition = alltrue([
      for arn in var.policy.models.model_arns :
      startswith(split(":", arn)[3], "${regex("^(?:us-gov|[a-z]+)", var.policy.region)}-")
    ])
    error_message = "policy.models.model_arns holds regions of another part of the world than ${var.policy.region}. Set `providers.bedrock.region` of the policy to the region of the deployment."
  }

  validation {
    condition     = var.policy.provider != "bedrock" || length(var.policy.models.profile_arns) > 0
    error_message = "policy.models.profile_arns is empty, so that no model could be used: compile the policy again."
  }

  validation {
    condition     = length(setsubtract(var.policy.endpoints, module.services.known)) == 0
    error_message = "policy.endpoints holds a service that has no endpoint here: ${join(", ", setsubtract(var.policy.endpoints, module.services.known))}."
  }

  validation {
    condition     = alltrue([for document in [var.policy.iam.invoke, var.policy.iam.guardrail, var.policy.iam.perimeter] : can(jsondecode(document).Statement)]) && can(jsondecode(var.policy.session.document).inputs)
    error_message = "policy.iam and policy.session.document must be documents in JSON: take them as `sallyport policy compile --target terraform` writes them."
  }

  validation {
    condition     = var.policy.session.max_minutes >= 1 && var.policy.session.max_minutes <= 1440 && var.policy.session.idle_minutes >= 1 && var.policy.session.idle_minutes <= 60
    error_message = "policy.session must end within 1440 minutes, and after at most 60 idle ones, and says ${var.policy.session.max_minutes} and ${var.policy.session.idle_minutes}: Session Manager takes no more. Set `session.max_duration_minutes` and `session.idle_timeout_minutes` of the policy."
  }

  validation {
    condition     = var.policy.retention.years >= 7
    error_message = "policy.retention.years is ${var.policy.retention.years}, and records are kept for at least 7: set `audit.retention_days` of the policy to 2562 or more."
  }
}
