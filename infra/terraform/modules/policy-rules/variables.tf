variable "components" {
  description = "Which parts are deployed in this VPC. `workstation`: developer hosts. `gateway`: the central gateway to Bedrock. `ephemeral_session`: one container for each session. `control_plane`: witness and database."
  type = object({
    workstation       = bool
    gateway           = bool
    ephemeral_session = optional(bool, false)
    control_plane     = optional(bool, false)
  })

  validation {
    condition     = var.components.workstation || var.components.gateway || var.components.ephemeral_session
    error_message = "components switches on neither hosts nor sessions nor a gateway: there would be nothing to protect."
  }

  validation {
    condition     = !var.components.gateway || var.policy.provider == "bedrock"
    error_message = "components.gateway is for Bedrock, and the policy uses ${var.policy.provider}: set `providers.use` of the policy to bedrock, or switch the gateway off."
  }

  validation {
    condition     = !var.components.ephemeral_session || var.policy.session.max_minutes <= 480
    error_message = "components.ephemeral_session ends each session after 8 hours, and the policy says ${var.policy.session.max_minutes} minutes: set `session.max_duration_minutes` of the policy to 480 or less."
  }

  validation {
    condition     = var.components.gateway || var.policy.provider != "bedrock" || !can(regex(local.judgement.aws_host_pattern, try(var.policy.upstream.name, "x.amazonaws.com")))
    error_message = "The policy sends model requests from hosts to Bedrock itself (${try(var.policy.upstream.name, "no address outside")}), where their role has no right: switch components.gateway on, or set `providers.bedrock.upstream` of the policy to a gateway that stands elsewhere."
  }
}

variable "environment" {
  description = "`production` or `development`."
  type        = string
  default     = "production"

  validation {
    condition     = contains(["production", "development"], var.environment)
    error_message = "environment must be production or development."
  }
}

variable "region" {
  description = "AWS region of the deployment."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the id of a region, for example eu-central-1."
  }

  validation {
    condition     = var.policy.provider != "bedrock" || var.policy.region == var.region
    error_message = "region is ${var.region}, and the policy was compiled for Bedrock in ${var.policy.region}: the endpoint of bedrock-runtime reaches its own region alone. Change `providers.bedrock.region` of the policy and compile it again."
  }
}

variable "account_id" {
  description = "Id of the workload account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account."
  }
}

variable "partition" {
  description = "AWS partition of the ARNs."
  type        = string
  default     = "aws"

  validation {
    condition     = contains(["aws", "aws-us-gov", "aws-cn"], var.partition)
    error_message = "partition must be aws, aws-us-gov or aws-cn."
  }
}

variable "org_id" {
  description = "Id of the AWS organization. Null where there is none: then the account alone is the perimeter."
  type        = string
  default     = null

  validation {
    condition     = var.org_id == null ? true : can(regex("^o-[a-z0-9]{10,32}$", var.org_id))
    error_message = "org_id must be the id of an organization, o- and 10 to 32 letters and digits, or null."
  }

  validation {
    condition     = var.org_id != null || var.environment != "production"
    error_message = "In production org_id must be given: the perimeter of the endpoints is the organization. `aws organizations describe-organization` shows it."
  }
}

variable "gateway_hostname" {
  description = "Name under which hosts reach the gateway of this VPC. Null where none is deployed."
  type        = string
  default     = null

  validation {
    condition     = var.components.gateway ? try(var.policy.upstream.name == var.gateway_hostname, false) : var.gateway_hostname == null
    error_message = "gateway_hostname must be the host of the policy's `providers.bedrock.upstream` where components.gateway is on (there it is ${try(var.policy.upstream.name, "not set")}), and null where it is off: else hosts would send their model requests past the gateway, or to one that is not there."
  }
}

variable "component_hosts" {
  description = "Names of components that stand in this VPC or in networks that it is connected to, by component: they are answered by DNS and pass no firewall. The gateway's name needs no entry."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = !var.components.control_plane || length(lookup(var.component_hosts, "control_plane", [])) > 0
    error_message = "components.control_plane is on, but component_hosts.control_plane names no host: DNS Firewall would refuse its name. Write component_hosts = { control_plane = [\"witness.agents.example.com\"] }."
  }

  validation {
    condition     = alltrue([for name in flatten(values(var.component_hosts)) : can(regex(local.name_pattern, name)) && !startswith(name, "*.")])
    error_message = "component_hosts must be names in lower case with at least two labels, without wildcards and without a final dot. Found: ${join(", ", [for name in flatten(values(var.component_hosts)) : name if !(can(regex(local.name_pattern, name)) && !startswith(name, "*."))])}."
  }

  validation {
    condition     = length(setintersection(flatten(values(var.component_hosts)), keys(merge(local.multi_tenant_domains, local.multi_tenant_hosts)))) == 0
    error_message = "component_hosts holds a host that many parties share: ${join(", ", setintersection(flatten(values(var.component_hosts)), keys(merge(local.multi_tenant_domains, local.multi_tenant_hosts))))}. It is for components inside the network; put others into extra_domains."
  }
}

variable "buckets" {
  description = "Own buckets that hosts and gateway read through the S3 endpoint, such as that of the policy bundle."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for bucket in var.buckets : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", bucket))])
    error_message = "buckets must be names of S3 buckets without dots and wildcards: a dot in the name does not fit the certificate of S3. Found: ${join(", ", [for bucket in var.buckets : bucket if !(can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", bucket)))])}."
  }
}

variable "extra_domains" {
  description = "Hosts outside that the deployment needs and the policy does not name, such as a mirror of packages. They get into DNS Firewall and Network Firewall, not into what the client allows commands."
  type = list(object({
    name          = string
    ports         = optional(list(number), [443])
    reason        = string
    accepted_risk = optional(string)
  }))
  default = []

  validation {
    condition     = alltrue([for domain in var.extra_domains : can(regex(local.name_pattern, domain.name))])
    error_message = "extra_domains holds a name in another spelling than the compiler's: lower case, punycode, at least two labels, no final dot, `*` for whole labels in front only. Found: ${join(", ", [for domain in var.extra_domains : domain.name if !can(regex(local.name_pattern, domain.name))])}."
  }

  validation {
    condition     = alltrue([for domain in var.extra_domains : !can(regex(local.aws_wildcard_pattern, domain.name))])
    error_message = "extra_domains holds a wildcard under a domain of AWS: ${join(", ", [for domain in var.extra_domains : domain.name if can(regex(local.aws_wildcard_pattern, domain.name))])}. Buckets, machines and functions of any account have names there. Services are reached by endpoints; name a bucket of your own in `buckets`. No accepted risk changes this."
  }

  validation {
    condition     = alltrue([for domain in var.extra_domains : !startswith(domain.name, "*.") || try(length(trimspace(domain.accepted_risk)) > 0, false)])
    error_message = "extra_domains holds a wildcard without an accepted risk: ${join(", ", [for domain in var.extra_domains : domain.name if startswith(domain.name, "*.") && !try(length(trimspace(domain.accepted_risk)) > 0, false)])}. Name the hosts one by one, or write in the policy why all of them are reached, as `accepted_risk`."
  }

  validation {
    condition = alltrue([
      for domain in var.extra_domains : try(length(trimspace(domain.accepted_risk)) > 0, false) || length([
        for host, why in merge(local.multi_tenant_domains, local.multi_tenant_hosts) : why if(
          trimprefix(domain.name, "*.") == host ||
          (contains(keys(local.multi_tenant_domains), host) && endswith(domain.name, ".${host}")) ||
          (startswith(domain.name, "*.") && endswith(host, trimprefix(domain.name, "*")))
        )
      ]) == 0
    ])
    error_message = "extra_domains holds a host that many parties share, without an accepted risk: ${join("; ", [
      for domain in var.extra_domains : "${domain.name} (${join(", ", distinct([
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
    condition     = var.policy.provider != "bedrock" || alltrue([for domain in var.extra_domains : !can(regex(local.judgement.provider_pattern, domain.name))])
    error_message = "extra_domains holds a host of anthropic.com, but the policy uses Bedrock: ${join(", ", [for domain in var.extra_domains : domain.name if can(regex(local.judgement.provider_pattern, domain.name))])}. With a key of his own anybody could send prompts and files there. Take it out; no accepted risk changes this."
  }

  validation {
    condition     = alltrue([for domain in var.extra_domains : alltrue([for port in domain.ports : port == floor(port) && port >= 1 && port <= 65535 && !contains(local.judgement.resolver_ports, port)]) && length(domain.ports) > 0])
    error_message = "extra_domains needs ports from 1 to 65535, and neither 53 nor 853: names are asked from the resolver of the VPC alone, where DNS Firewall sees them. Found: ${join("; ", [for domain in var.extra_domains : "${domain.name} (${join(", ", domain.ports)})" if length(domain.ports) == 0 || anytrue([for port in domain.ports : port != floor(port) || port < 1 || port > 65535 || contains(local.judgement.resolver_ports, port)])])}."
  }

  validation {
    condition     = alltrue([for domain in var.extra_domains : length(trimspace(domain.reason)) > 0])
    error_message = "extra_domains needs a reason for each host: it is what a reviewer reads first. Without one: ${join(", ", [for domain in var.extra_domains : domain.name if length(trimspace(domain.reason)) == 0])}."
  }
}

variable "extra_endpoint_services" {
  description = "AWS services to reach by an interface endpoint beyond those that the components need."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.extra_endpoint_services, module.services.known)) == 0
    error_message = "extra_endpoint_services holds a service that these modules do not know: ${join(", ", setsubtract(var.extra_endpoint_services, module.services.known))}. Look it up in modules/endpoints/services; bedrock-mantle is left out on purpose, for it reaches models of other vendors."
  }

  validation {
    condition     = !contains(var.extra_endpoint_services, "bedrock-runtime")
    error_message = "extra_endpoint_services must not hold bedrock-runtime: it comes with the gateway, which alone may use it."
  }
}

variable "retention_years" {
  description = "Years that records are kept, where that is more than the policy says. Null: as the policy says."
  type        = number
  default     = null

  validation {
    condition     = var.retention_years == null ? true : var.retention_years >= var.policy.retention.years && var.retention_years == floor(var.retention_years) && var.retention_years <= 100
    error_message = "retention_years must be a whole number from ${var.policy.retention.years}, which the policy asks for, to 100."
  }
}
