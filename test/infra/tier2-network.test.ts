import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientHello, inOnePiece } from '../capture.ts';
import type { Said } from '../capture.ts';
import { suricataSkip, suricataStage } from '../suricata.ts';
import { planOf, providerSkip } from './lib/terraform.ts';
import type { Plan, PlannedResource } from './lib/terraform.ts';

const skip = providerSkip();

/** Asked once, so that all tests look at the same plan. */
const whole: Promise<Plan> | null = skip === false ? planOf('full') : null;
const plan = async (): Promise<Plan> => (await whole) ?? assert.fail('there is no plan');

/** Resources of a type in the plan of examples/full that the network's own modules make. */
async function planned(type: string): Promise<readonly PlannedResource[]> {
  const { resources } = await plan();
  return resources.filter((one) => one.type === type && OWN.test(one.address));
}

const OWN = /\bmodule\.(?:network|dns_firewall|network_firewall|endpoints)\b/u;

async function only(type: string): Promise<Readonly<Record<string, unknown>>> {
  const found = await planned(type);
  assert.equal(found.length, 1, type);
  return found[0]?.values ?? {};
}

const zonesOf = (found: readonly PlannedResource[]): readonly string[] => found.map(({ index }) => `${index}`).sort();

test('N1: examples/full associates the rules of DNS Firewall with its VPC', { skip }, async () => {
  const association = await only('aws_route53_resolver_firewall_rule_group_association');
  assert.equal(association['mutation_protection'], 'ENABLED');
});

test('N2: examples/full has the list of all names that its last rule blocks', { skip }, async () => {
  const lists = await planned('aws_route53_resolver_firewall_domain_list');
  assert.deepEqual(lists.find(({ name }) => name === 'all')?.values['domains'], ['*']);
  const rules = await planned('aws_route53_resolver_firewall_rule');
  const said = Object.fromEntries(
    rules.map(({ values }) => [values['priority'], [values['action'], values['block_response']]]),
  );
  assert.deepEqual(said, { 100: ['ALLOW', null], 200: ['BLOCK', 'NXDOMAIN'] });
});

test('N3: examples/full has a firewall endpoint, a NAT gateway and routes in each zone', { skip }, async () => {
  const zones = zonesOf((await planned('aws_subnet')).filter(({ name }) => name === 'private'));
  assert.ok(zones.length >= 2);
  assert.deepEqual(zonesOf(await planned('aws_nat_gateway')), zones);
  for (const kind of ['private', 'firewall', 'public']) {
    const tables = (await planned('aws_route_table')).filter(({ name }) => name === kind);
    assert.deepEqual(zonesOf(tables), zones, kind);
  }
  // Targets are known only when they exist: terraform test of the modules holds them against each other, zone by zone.
  const { resource_changes: changes = [] } = await plan();
  assert.deepEqual(
    changes.filter(({ address }) => /module\.network\.aws_route\b/u.test(address)),
    [],
    'a route beside its table would not show when it changes',
  );
  const firewall = await only('aws_networkfirewall_firewall');
  assert.equal((firewall['subnet_mapping'] as readonly unknown[]).length, zones.length);
});

test('N4: examples/full answers the names of its gateway, endpoints and buckets', { skip }, async () => {
  const lists = await planned('aws_route53_resolver_firewall_domain_list');
  const domains = lists.find(({ name }) => name === 'allowed')?.values['domains'] as readonly string[];
  const { variables } = await plan();
  const policy = variables?.['policy']?.value as { readonly upstream: { readonly name: string } } | undefined;
  const upstream = policy?.upstream ?? assert.fail('the plan has no policy');
  assert.ok(domains.includes(upstream.name), upstream.name);
  const services = (await planned('aws_vpc_endpoint')).map(({ values }) => String(values['service_name']));
  const [, region = ''] = /^com\.amazonaws\.([^.]+)\./u.exec(services[0] ?? '') ?? [];
  for (const service of services.map((name) => name.slice(`com.amazonaws.${region}.`.length))) {
    const first = FIRST_LABELS.get(service) ?? service;
    assert.ok(
      domains.some((name) => name.endsWith(`${first}.${region}.amazonaws.com`)),
      service,
    );
  }
  assert.ok(domains.some((name) => name.startsWith('al2023-repos-')));
});

/** Services whose private name is another than their own. */
const FIRST_LABELS = new Map([
  ['ecr.api', 'api.ecr'],
  ['ecr.dkr', 'dkr.ecr'],
  ['kinesis-firehose', 'firehose'],
]);

test('N9: examples/full answers no name where DNS Firewall fails', { skip }, async () => {
  assert.equal((await only('aws_route53_resolver_firewall_config'))['firewall_fail_open'], 'DISABLED');
});

test('N11: examples/full trusts chains of names for the allowlist alone', { skip }, async () => {
  const rules = await planned('aws_route53_resolver_firewall_rule');
  for (const { name, values } of rules) {
    const isTrusting = values['firewall_domain_redirection_action'] === 'TRUST_REDIRECTION_DOMAIN';
    assert.equal(isTrusting, name === 'allow', name);
  }
});

test('N12: examples/full reaches S3 by a gateway endpoint', { skip }, async () => {
  const endpoints = (await plan()).resources.filter(({ type }) => type === 'aws_vpc_endpoint');
  const s3 = endpoints.filter(({ values }) => String(values['service_name']).endsWith('.s3'));
  assert.deepEqual(
    s3.map(({ values }) => values['vpc_endpoint_type']),
    ['Gateway'],
  );
});

test('N14: examples/full has the endpoints that its parts need, and no other', { skip }, async (t) => {
  const services = (await planned('aws_vpc_endpoint'))
    .map(({ values }) => String(values['service_name']).replace(/^com\.amazonaws\.[^.]+\./u, ''))
    .sort();
  const needed = ['bedrock-runtime', 'ecr.api', 'ecr.dkr', 'kinesis-firehose', 'kms', 'logs', 'monitoring'];
  assert.deepEqual(services, [...needed, 's3', 'secretsmanager', 'ssm', 'ssmmessages', 'sts']);
  t.diagnostic(`infra: endpoints of examples/full = ${services.length}`);
});

test('N15: examples/full stands in two zones or three, with names for its endpoints', { skip }, async () => {
  const zones = (await planned('aws_subnet')).map(({ values }) => values['availability_zone']);
  assert.ok([2, 3].includes(new Set(zones).size));
  assert.equal((await only('aws_vpc'))['enable_dns_hostnames'], true);
});

test('N16: nothing in examples/full takes a connection from outside', { skip }, async () => {
  const { resources } = await plan();
  const open = resources.filter(({ type, values }) => {
    if (type === 'aws_lb') return values['internal'] !== true;
    if (type === 'aws_vpc_security_group_ingress_rule')
      return values['cidr_ipv4'] === '0.0.0.0/0' || values['cidr_ipv6'] === '::/0';
    if (type === 'aws_subnet') return values['map_public_ip_on_launch'] === true;
    return type === 'aws_instance' && values['associate_public_ip_address'] === true;
  });
  assert.deepEqual(
    open.map(({ address }) => address),
    [],
  );
});

test(
  'N17: examples/full logs flows, names and what the firewall did, and keeps them from change',
  { skip },
  async () => {
    assert.equal((await only('aws_flow_log'))['traffic_type'], 'ALL');
    await only('aws_route53_resolver_query_log_config_association');
    const logging = await only('aws_networkfirewall_logging_configuration');
    const [configuration] = logging['logging_configuration'] as readonly Record<
      string,
      readonly Record<string, unknown>[]
    >[];
    assert.deepEqual(configuration?.['log_destination_config']?.map((one) => one['log_type']).sort(), [
      'ALERT',
      'FLOW',
    ]);
    const firewall = await only('aws_networkfirewall_firewall');
    for (const kind of ['delete_protection', 'firewall_policy_change_protection', 'subnet_change_protection']) {
      assert.equal(firewall[kind], true, kind);
    }
    const closed = await only('aws_default_security_group');
    assert.deepEqual([closed['ingress'], closed['egress']], [[], []]);
  },
);

/** The rules of all groups in the order in which Network Firewall asks them. */
async function rulesInOrder(): Promise<string> {
  const groups = await planned('aws_networkfirewall_rule_group');
  const text = (name: string): string => {
    const [group] = (groups.find(({ index }) => index === name)?.values['rule_group'] ?? []) as readonly {
      readonly rules_source: readonly { readonly rules_string: string }[];
    }[];
    return group?.rules_source[0]?.rules_string ?? '';
  };
  return text('floor') + text('egress');
}

const hello = (name: string): Said => inOnePiece(clientHello({ serverNames: [name] }));

const PACKETS: readonly {
  readonly name: string;
  readonly says: Said;
  readonly port: number;
  readonly rule: string | null;
}[] = [
  { name: 'a listed name passes', says: hello('pypi.org'), port: 443, rule: null },
  { name: 'another name is dropped', says: hello('evil.test'), port: 443, rule: 'name is not listed' },
  {
    name: 'a listed name on the port of DNS is dropped',
    says: hello('pypi.org'),
    port: 53,
    rule: 'DNS past the resolver',
  },
  {
    name: 'a listed name on the port of DNS over TLS is dropped',
    says: hello('pypi.org'),
    port: 853,
    rule: 'DNS over TLS past the resolver',
  },
  {
    name: 'UDP to the port of DNS is dropped',
    says: { over: 'udp', data: Buffer.alloc(20) },
    port: 53,
    rule: 'DNS past the resolver',
  },
  {
    name: 'QUIC is dropped',
    says: { over: 'udp', data: Buffer.alloc(1_200, 0xc0) },
    port: 443,
    rule: 'QUIC hides the name',
  },
  {
    name: 'other UDP is dropped',
    says: { over: 'udp', data: Buffer.alloc(20) },
    port: 9_999,
    rule: 'UDP never leaves',
  },
];

test(
  'N10: the floor and the rules of examples/full, in the order of the firewall',
  { skip: skip || suricataSkip },
  async (t) => {
    const rules = await rulesInOrder();
    const stage = suricataStage(t);
    const { isTaken, said } = stage.check(rules);
    assert.ok(isTaken, said);
    const clients = PACKETS.map(({ says, port }, at) => ({
      sourcePort: 40_000 + at,
      host: '198.51.100.7',
      port,
      says,
    }));
    const dropped = stage.dropped(rules, clients);
    for (const [at, { name, rule }] of PACKETS.entries()) {
      await t.test(name, () => assert.equal(dropped.get(at) ?? null, rule));
    }
  },
);
