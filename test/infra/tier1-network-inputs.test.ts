import { test } from 'node:test';
import { GATEWAY_ROLE, ORG, PERIMETER, PLACE } from './lib/network-policy.ts';
import { inputTests } from './lib/refusals.ts';
import { terraformSkip } from './lib/terraform.ts';

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000';

const ZONES = ['eu-central-1a', 'eu-central-1b'];
const ENDPOINTS = { 'eu-central-1a': 'vpce-0a', 'eu-central-1b': 'vpce-0b' };

const PEER = { peer_cidrs: ['10.0.0.0/16'], peer_routes: { '10.0.0.0/16': 'tgw-0a' } };

for (const { name, run } of inputTests({
  module: 'network',
  good: { ...PLACE, azs: ZONES, firewall_endpoint_ids: ENDPOINTS, logs_kms_key_arn: KEY },
  cases: [
    { name: 'N15: two zones are taken', given: {}, want: null },
    {
      name: 'N15: one zone in production is refused',
      given: { azs: ['eu-central-1a'] },
      want: /In production azs must name at least two.*It names eu-central-1a: add another, for example azs = \["eu-central-1a", "eu-central-1b"\], or set environment/u,
    },
    {
      name: 'N15: one zone in development is taken',
      given: { azs: ['eu-central-1a'], environment: 'development' },
      want: null,
    },
    {
      name: 'N15: four zones are refused',
      given: { azs: ['a', 'b', 'c', 'd'].map((at) => `eu-central-1${at}`) },
      want: /one to three/u,
    },
    {
      name: 'N15: the same zone twice is refused',
      given: { azs: ['eu-central-1a', 'eu-central-1a'] },
      want: /different availability zones/u,
    },
    {
      name: 'a zone of another region is refused',
      given: { azs: ['eu-central-1a', 'us-east-1b'] },
      want: /zones of the region/u,
    },
    {
      name: 'N3: a zone without a firewall endpoint is refused',
      given: { firewall_endpoint_ids: { 'eu-central-1a': 'vpce-0a' } },
      want: /no way out, or one past the firewall/u,
    },
    {
      name: 'N3: endpoints where nothing leaves are refused',
      given: { egress: 'none' },
      want: /none where egress is none/u,
    },
    {
      name: 'N3: NAT without a firewall is refused',
      given: { egress: 'nat' },
      want: /without a firewall before it is not built/u,
    },
    { name: 'no way out at all is taken', given: { egress: 'none', firewall_endpoint_ids: {} }, want: null },
    {
      name: 'a peer around the network is an overlap',
      given: { peer_cidrs: ['10.0.0.0/8'] },
      want: /overlaps a network/u,
    },
    {
      name: 'a peer inside the network is an overlap',
      given: { peer_cidrs: ['172.31.0.0/16', '10.64.77.0/24'] },
      want: /overlaps a network/u,
    },
    { name: 'the same network is an overlap', given: { peer_cidrs: ['10.64.0.0/16'] }, want: /overlaps a network/u },
    {
      name: 'a peer written with host bits is an overlap all the same',
      given: { peer_cidrs: ['10.64.9.9/20'] },
      want: /overlaps a network/u,
    },
    {
      name: 'neighbours are no overlap',
      given: { peer_cidrs: ['10.63.0.0/16', '10.65.0.0/16', '10.128.0.0/9'] },
      want: null,
    },
    {
      name: 'the network of container bridges is refused',
      given: { vpc_cidr: '172.17.0.0/16' },
      want: /overlaps a network/u,
    },
    { name: 'public addresses are refused', given: { vpc_cidr: '8.8.0.0/16' }, want: /must lie in 10\.0\.0\.0\/8/u },
    {
      name: 'addresses beside the private ones are refused',
      given: { vpc_cidr: '172.32.0.0/16' },
      want: /must lie in/u,
    },
    { name: 'host bits are refused', given: { vpc_cidr: '10.64.0.1/16' }, want: /host bits are zero/u },
    {
      name: 'a network that is too small is refused',
      given: { vpc_cidr: '10.64.0.0/23' },
      want: /between \/16 and \/22/u,
    },
    {
      name: 'a network that is too large is refused',
      given: { vpc_cidr: '10.64.0.0/15' },
      want: /between \/16 and \/22/u,
    },
    { name: 'the smallest network is taken', given: { vpc_cidr: '192.168.4.0/22' }, want: null },
    { name: 'no network at all is refused', given: { vpc_cidr: 'ten' }, want: /must be an IPv4 network/u },
    { name: 'a network of IPv6 is refused', given: { vpc_cidr: 'fd00::/16' }, want: /must be an IPv4 network/u },
    {
      name: 'a peer that is no network is refused',
      given: { peer_cidrs: ['peer'] },
      want: /peer_cidrs must be IPv4 networks/u,
    },
    {
      name: 'N3: a way to a peer past the firewall is refused where nobody says that it is meant',
      given: PEER,
      want: /peer_routes lead past Network Firewall/u,
    },
    {
      name: 'N3: a way to a peer is taken where somebody does',
      given: { ...PEER, peer_routes_bypass_firewall: true },
      want: null,
    },
    {
      name: 'N3: saying so makes no way to everywhere',
      given: {
        peer_cidrs: ['0.0.0.0/0'],
        peer_routes: { '0.0.0.0/0': 'tgw-0a' },
        peer_routes_bypass_firewall: true,
      },
      want: /must not be wider than \/8/u,
    },
    {
      name: 'N17: an alias instead of a key is refused',
      given: { logs_kms_key_arn: KEY.replace('key/', 'alias/') },
      want: /alias is not taken/u,
    },
    {
      name: 'N17: days that CloudWatch does not know are refused',
      given: { log_retention_days: 2_555 },
      want: /that CloudWatch Logs knows/u,
    },
  ],
}))
  test(name, { skip: terraformSkip() }, run);

for (const { name, run } of inputTests({
  module: 'dns-firewall',
  good: { ...PLACE, vpc_id: 'vpc-0a', domains: ['*.build.example.com', 'pypi.org'], logs_kms_key_arn: KEY },
  cases: [
    { name: 'names and wildcards are taken', given: {}, want: null },
    { name: 'an empty list is refused', given: { domains: [] }, want: /domains is empty/u },
    { name: 'a star alone is refused', given: { domains: ['*'] }, want: /never alone/u },
    {
      name: 'N5: all names of AWS are refused',
      given: { domains: ['*.amazonaws.com'] },
      want: /wildcard under amazonaws\.com/u,
    },
    {
      name: 'N5: all buckets of a region are refused',
      given: { domains: ['*.s3.eu-central-1.amazonaws.com'] },
      want: /wildcard under amazonaws/u,
    },
    {
      name: 'file systems, which resolve inside alone, are taken',
      given: { domains: ['*.efs.eu-central-1.amazonaws.com'] },
      want: null,
    },
    { name: 'upper case is refused', given: { domains: ['PyPI.org'] }, want: /lower case/u },
    { name: 'a final dot is refused', given: { domains: ['pypi.org.'] }, want: /no final dot/u },
    { name: 'a star inside is refused', given: { domains: ['a.*.example.com'] }, want: /whole labels in front/u },
    {
      name: 'N1: no protection in production is refused',
      given: { deletion_protection: false },
      want: /only where environment is development/u,
    },
  ],
}))
  test(name, { skip: terraformSkip() }, run);

const PASS = 'pass tls $HOME_NET any -> $EXTERNAL_NET 443 (sid:1;)\n';

for (const { name, run } of inputTests({
  module: 'network-firewall',
  good: {
    ...PLACE,
    vpc_id: 'vpc-0a',
    subnet_ids: { 'eu-central-1a': 'subnet-0a', 'eu-central-1b': 'subnet-0b' },
    home_cidrs: ['10.64.0.0/19', '10.64.64.0/19'],
    kms_key_arn: KEY,
    logs_kms_key_arn: KEY,
    rules: { egress: PASS, gateway: '' },
  },
  cases: [
    { name: 'rules about the hosts are taken', given: {}, want: null },
    {
      name: 'an empty allowlist is refused',
      given: { rules: { egress: PASS.replace('pass', 'drop'), gateway: '' } },
      want: /the allowlist is empty/u,
    },
    {
      name: 'a rule about anybody is refused',
      given: { rules: { egress: `${PASS}pass tls any any -> any any (sid:2;)\n`, gateway: '' } },
      want: /Each line of rules\.egress must be a rule about \$HOME_NET/u,
    },
    {
      name: 'more rules than AWS takes are refused',
      given: { rules: { egress: PASS.repeat(20_001), gateway: '' } },
      want: /more than a firewall policy takes/u,
    },
    {
      name: 'a gateway among the hosts is refused',
      given: { gateway_cidrs: ['10.64.64.0/24'] },
      want: /overlaps home_cidrs/u,
    },
    {
      name: 'a gateway without rules is refused',
      given: { gateway_cidrs: ['10.64.32.0/20'] },
      want: /rules\.gateway passes nothing/u,
    },
    {
      name: 'N15: one zone in production is refused',
      given: { subnet_ids: { 'eu-central-1a': 'subnet-0a' } },
      want: /at least two availability zones/u,
    },
    {
      name: 'N3: a default that lets all pass is refused',
      given: { default_action: 'alert_established' },
      want: /default_action must be/u,
    },
    {
      name: 'N3: a default under which nothing opens is refused',
      given: { default_action: 'drop_strict' },
      want: /default_action must be/u,
    },
    {
      name: 'N17: no protection in production is refused',
      given: { deletion_protection: false },
      want: /only where environment is development/u,
    },
  ],
}))
  test(name, { skip: terraformSkip() }, run);

for (const { name, run } of inputTests({
  module: 'endpoints',
  good: {
    ...PLACE,
    org_id: ORG,
    vpc_id: 'vpc-0a',
    services: ['bedrock-runtime', 'ssm'],
    subnet_ids: { 'eu-central-1a': 'subnet-0a' },
    route_table_ids: { endpoint: 'rtb-0e' },
    client_security_group_ids: { workstation: 'sg-0w' },
    bedrock_client_security_group_ids: { gateway: 'sg-0g' },
    bedrock_perimeter: PERIMETER,
    bedrock_principal_arns: [GATEWAY_ROLE],
  },
  cases: [
    { name: 'the endpoints of a deployment are taken', given: {}, want: null },
    {
      name: 'N14: a misspelt service is refused',
      given: { services: ['bedrok-runtime'] },
      want: /not in the list of this module/u,
    },
    {
      name: 'N14: the way to other vendors’ models is refused',
      given: { services: ['bedrock-mantle'] },
      want: /left out on purpose/u,
    },
    {
      name: 'N12: S3 by an interface endpoint is refused',
      given: { services: ['s3'] },
      want: /S3 is a gateway endpoint/u,
    },
    {
      name: 'N13: no organization in production is refused',
      given: { org_id: null },
      want: /the perimeter of the endpoints is the organization/u,
    },
    {
      name: 'models that nobody may reach are refused',
      given: { bedrock_client_security_group_ids: {} },
      want: /nobody could use the endpoint/u,
    },
    {
      name: 'N13: models that every role may reach are refused',
      given: { bedrock_principal_arns: [] },
      want: /any role of the organization/u,
    },
    {
      name: 'N13: a wildcard among roles is refused',
      given: { bedrock_principal_arns: ['arn:aws:iam::111122223333:role/*'] },
      want: /without wildcards/u,
    },
    {
      name: 'N13: models without a perimeter are refused',
      given: { bedrock_perimeter: null },
      want: /bedrock_perimeter must be/u,
    },
    {
      name: 'N13: a bucket that anybody can name is refused',
      given: { aws_owned_buckets: { 'packages-*': 'x' } },
      want: /without wildcards/u,
    },
    {
      name: 'endpoints without clients are refused',
      given: { client_security_group_ids: {} },
      want: /client_security_group_ids is empty/u,
    },
  ],
}))
  test(name, { skip: terraformSkip() }, run);
