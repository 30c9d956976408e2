import assert from 'node:assert/strict';
import { test } from 'node:test';
import { motoSkipReason, startMoto } from '../moto.ts';
import { applyExample, readGraph, typeOf, withoutKeys, withoutTypes } from './lib/moto-apply.ts';
import { planOf, providerSkip } from './lib/terraform.ts';

/** What the emulator cannot do, by type: these, and what needs them, are planned but not built. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  aws_cloudtrail: 'StartLogging fails',
  aws_ebs_default_kms_key: 'the key is never found again',
  aws_ec2_instance_metadata_defaults: 'no such call',
  aws_efs_file_system: 'no call for the protection against being overwritten',
  aws_lb_listener: 'the certificate that it names is none of the emulator',
  aws_networkfirewall_firewall_policy: 'no such call',
  aws_networkfirewall_rule_group: 'no such call',
  aws_route53_resolver_firewall_config: 'no such call',
  aws_route53_resolver_firewall_domain_list: 'no such call',
  aws_route53_resolver_firewall_rule_group: 'no such call',
  aws_route53_resolver_query_log_config: 'tags are answered wrongly',
  aws_s3_bucket_metric: 'it takes the configuration for a new bucket in a wrong region',
};

/** What the emulator forgets or tells otherwise, by type and argument: the next plan would set it again. */
const FORGOTTEN: Readonly<Record<string, readonly string[]>> = {
  aws_autoscaling_group: ['capacity_reservation_specification', 'launch_template', 'max_instance_lifetime'],
  aws_launch_template: ['default_version', 'latest_version', 'tag_specifications'],
  aws_lb: ['enforce_security_group_inbound_rules_on_private_link_traffic'],
  aws_network_acl: ['egress', 'ingress'],
  aws_route53_zone: ['vpc'],
  aws_vpc_security_group_egress_rule: ['description'],
  aws_vpc_security_group_ingress_rule: ['description'],
  aws_s3_bucket_replication_configuration: ['rule'],
};

const skip = providerSkip() || motoSkipReason();

test('examples/minimal is built in an emulator, found as it was written, and torn down', { skip }, async (t) => {
  const { resources } = await planOf('minimal');
  const planned = resources.filter(({ mode }) => mode === 'managed').map(({ address }) => address);
  const moto = await startMoto({ MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' });
  try {
    const { created, leftOut, drift, remaining } = await applyExample(
      'minimal',
      planned,
      moto.endpoint,
      (type) => type in LEFT_OUT,
    );
    assert.deepEqual(leftOut, Object.keys(LEFT_OUT).sort());
    assert.deepEqual(
      drift.filter(({ address, changed }) =>
        changed.some((name) => !(FORGOTTEN[typeOf(address)] ?? []).includes(name)),
      ),
      [],
    );
    assert.deepEqual(remaining, []);
    t.diagnostic(`infra: resources built in the emulator = ${created.length}`);
    t.diagnostic(`infra: resource types built in the emulator = ${new Set(created.map(typeOf)).size}`);
    t.diagnostic(`infra: resources that only the plan has = ${planned.length - created.length}`);
  } finally {
    await moto.stop();
  }
});

const GRAPH = `digraph G {
  "aws_a.one" [label="aws_a.one"];
  subgraph "cluster_module.m" {
    "module.m.aws_b.two" [label="aws_b.two"];
    "module.m.aws_c.three" [label="aws_c.three"];
  }
  "aws_d.four" [label="aws_d.four"];
  "module.m.aws_b.two" -> "aws_a.one";
  "module.m.aws_c.three" -> "module.m.aws_b.two";
}`;
for (const { name, without, want } of [
  {
    name: 'nothing',
    without: 'aws_x',
    want: ['aws_a.one', 'module.m.aws_b.two', 'module.m.aws_c.three', 'aws_d.four'],
  },
  { name: 'a type that nothing needs', without: 'aws_c', want: ['aws_a.one', 'module.m.aws_b.two', 'aws_d.four'] },
  { name: 'a type that others need, with them', without: 'aws_a', want: ['aws_d.four'] },
]) {
  test(`left out of a graph: ${name}`, () => {
    assert.deepEqual(
      withoutTypes(readGraph(GRAPH), (type) => type === without),
      want,
    );
  });
}

test('an address without its keys is the place in the configuration', () => {
  assert.equal(withoutKeys('module.a["x.y"].module.b[0].aws_vpc.this["q\\"]"]'), 'module.a.module.b.aws_vpc.this');
});
