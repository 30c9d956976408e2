import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planOf, providerSkip } from './lib/terraform.ts';
import type { Plan, PlannedResource } from './lib/terraform.ts';

const NOTHING: Plan = { resources: [], planned_values: { root_module: {} }, configuration: { root_module: {} } };

/** Resources of a type, or those of them whose address begins with a module. */
function of(plan: Plan, type: string, module = ''): readonly PlannedResource[] {
  return plan.resources.filter((resource) => resource.type === type && resource.address.startsWith(module));
}

/** What is not known before something exists is no answer at all: a test that asks for it would pass on nothing. */
function known(resource: PlannedResource, field: string): unknown {
  assert.ok(field in resource.values, `${resource.address}: ${field} is known when it is planned`);
  return resource.values[field];
}

function containersOf(definition: PlannedResource): readonly Readonly<Record<string, unknown>>[] {
  return JSON.parse(String(known(definition, 'container_definitions'))) as readonly Readonly<Record<string, unknown>>[];
}

describe('what examples/full plans', { skip: providerSkip() }, async () => {
  const plan = providerSkip() === false ? await planOf('full') : NOTHING;
  const workload = 'module.workload.';

  test('N15: a gateway stands in each zone, with one writer for its log', () => {
    const services = of(plan, 'aws_ecs_service', `${workload}module.gateway`);
    assert.deepEqual(
      services.map(({ index }) => index),
      ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    );
    for (const service of services) {
      assert.equal(known(service, 'desired_count'), 1);
      assert.equal(known(service, 'deployment_maximum_percent'), 100);
      assert.equal(known(service, 'deployment_minimum_healthy_percent'), 0);
    }
    assert.equal(of(plan, 'aws_efs_access_point', `${workload}module.gateway`).length, 3);
  });

  test('N16: nothing but the NAT gateways has a public address, and nobody outside gets in', () => {
    for (const service of of(plan, 'aws_ecs_service')) {
      const [network] = known(service, 'network_configuration') as readonly { readonly assign_public_ip: boolean }[];
      assert.equal(network?.assign_public_ip, false, service.address);
    }
    assert.deepEqual(
      of(plan, 'aws_lb').map((balancer) => known(balancer, 'internal')),
      [true, true],
    );
    assert.equal(of(plan, 'aws_eip').length, of(plan, 'aws_nat_gateway').length);
    for (const rule of of(plan, 'aws_vpc_security_group_ingress_rule')) {
      assert.equal(rule.values['cidr_ipv4'] ?? null, null, rule.address);
      assert.equal(rule.values['cidr_ipv6'] ?? null, null, rule.address);
      assert.equal(rule.values['prefix_list_id'] ?? null, null, rule.address);
    }
  });

  test('only hosts and sessions may leave the VPC, on ports of the policy', () => {
    const outside = of(plan, 'aws_vpc_security_group_egress_rule').filter(
      ({ values }) => (values['cidr_ipv4'] ?? null) !== null || (values['cidr_ipv6'] ?? null) !== null,
    );
    assert.deepEqual(
      outside.map((rule) => [
        rule.address.replace(/^.*module\.(?=session|workstation)/u, ''),
        known(rule, 'from_port'),
      ]),
      [
        ['session.aws_vpc_security_group_egress_rule.outside["443"]', 443],
        ['workstation[0].aws_vpc_security_group_egress_rule.firewall["443"]', 443],
      ],
    );
  });

  test('I7: the gateway takes proofs of exactly the roles of hosts and sessions, and neither is its own', () => {
    const roles = of(plan, 'aws_iam_role').map((role) => String(known(role, 'name')));
    for (const definition of of(plan, 'aws_ecs_task_definition', `${workload}module.gateway`)) {
      const command = containersOf(definition)[0]?.['command'] as readonly string[];
      const allowed = command.filter((_word, at) => command[at - 1] === '--allow-role');
      const names = allowed.map((arn) => arn.replace('arn:aws:iam::111122223333:role/', ''));
      assert.equal(names.length, 2);
      const named = command.filter((_word, at) => command[at - 1] === '--store-name');
      assert.deepEqual(named, ['sallyport-gateway-111122223333'], 'its log outlives it');
      for (const name of names) {
        assert.ok(roles.includes(name), `${name} is a role of the plan`);
        assert.doesNotMatch(name, /gateway/u);
      }
    }
    const gates = of(plan, 'aws_vpc_security_group_ingress_rule', `${workload}module.endpoints`).filter(({ index }) =>
      String(index).startsWith('bedrock-'),
    );
    assert.deepEqual(
      gates.map(({ index }) => index),
      ['bedrock-gateway'],
    );
  });

  test('I8: no role of tasks gets a managed policy of AWS', () => {
    assert.deepEqual(
      of(plan, 'aws_iam_role_policy_attachment').filter(({ address }) =>
        /module\.(?:gateway|control_plane|session)\b/u.test(address),
      ),
      [],
    );
  });

  test('I9: each role of tasks has a permissions boundary', () => {
    const roles = of(plan, 'aws_iam_role').filter(({ address }) =>
      /module\.(?:gateway|control_plane|session)\b/u.test(address),
    );
    assert.equal(roles.length, 8);
    for (const { address, values } of roles) assert.notEqual(values['permissions_boundary'], null, address);
  });

  test('A9: what the plan draws is there: gateway, witness, database, sessions, kill switch, log of invocations', () => {
    const has = (type: string, module: string): boolean => of(plan, type, module).length > 0;
    assert.ok(has('aws_ecs_service', `${workload}module.gateway`));
    assert.ok(has('aws_ecs_service', `${workload}module.control_plane`));
    assert.ok(has('aws_rds_cluster', `${workload}module.control_plane`));
    assert.ok(has('aws_ssm_document', `${workload}module.kill_switch`));
    assert.ok(has('aws_bedrock_model_invocation_logging_configuration', `${workload}module.bedrock`));
    assert.ok(has('aws_sfn_state_machine', 'module.sessions'));
  });

  test('images are named by digest', () => {
    for (const definition of of(plan, 'aws_ecs_task_definition')) {
      for (const container of containersOf(definition)) {
        assert.match(String(container['image']), /@sha256:[0-9a-f]{64}$/u, definition.address);
      }
    }
  });

  test('every task is hardened: read-only, no capability, a user without a name, no secret', () => {
    const definitions = of(plan, 'aws_ecs_task_definition');
    assert.equal(definitions.length, 5);
    for (const definition of definitions) {
      assert.equal(known(definition, 'network_mode'), 'awsvpc');
      // The guard knows a client by its process; the gateway and the witness have nobody beside them.
      const isSession = definition.address.startsWith('module.sessions.');
      assert.equal(definition.values['pid_mode'] ?? '', isSession ? 'task' : '');
      for (const container of containersOf(definition)) {
        assert.equal(container['readonlyRootFilesystem'], true);
        assert.deepEqual((container['linuxParameters'] as Readonly<Record<string, unknown>>)['capabilities'], {
          drop: ['ALL'],
        });
        assert.match(String(container['user']), /^[1-9]\d{3,}:/u);
        assert.equal(container['secrets'], undefined);
      }
    }
  });

  test('A7: a shell is opened by ECS Exec in sessions alone, encrypted and recorded', () => {
    for (const service of of(plan, 'aws_ecs_service')) assert.equal(known(service, 'enable_execute_command'), false);
    const clusters = of(plan, 'aws_ecs_cluster').filter(({ values }) => {
      const [configuration] = (values['configuration'] ?? []) as readonly unknown[];
      return configuration !== undefined;
    });
    assert.deepEqual(
      clusters.map((cluster) => known(cluster, 'name')),
      ['sallyport-sessions'],
    );
    const recording = of(plan, 'aws_cloudwatch_log_subscription_filter', 'module.sessions');
    assert.match(String(recording[0]?.values['destination_arn']), /:deliverystream\/sallyport-sessions$/u);
  });

  test('the kill switch names what is there: roles, cluster of sessions, services of the gateway', () => {
    const text = of(plan, 'aws_ssm_document', `${workload}module.kill_switch`)
      .flatMap(({ values }) => (typeof values['content'] === 'string' ? [values['content']] : []))
      .join('\n');
    const services = of(plan, 'aws_ecs_service', `${workload}module.gateway`).map((service) =>
      String(known(service, 'name')),
    );
    for (const name of [
      'sallyport-host',
      'sallyport-gateway-task',
      'sallyport-session-task',
      'sallyport-session-starter',
      'sallyport-sessions',
      ...services,
    ]) {
      assert.ok(text.includes(`"${name}"`), `a document names ${name}`);
    }
  });

  test('what is meant to stay is hard to delete', () => {
    for (const balancer of of(plan, 'aws_lb')) assert.equal(known(balancer, 'enable_deletion_protection'), true);
    for (const cluster of of(plan, 'aws_rds_cluster')) {
      assert.equal(known(cluster, 'deletion_protection'), true);
      assert.equal(known(cluster, 'skip_final_snapshot'), false);
      assert.equal(known(cluster, 'backup_retention_period'), 35);
    }
  });

  test('each log group is encrypted by a key of ours and ends some day', () => {
    for (const group of of(plan, 'aws_cloudwatch_log_group')) {
      // The ARN of a key is not known before the key is there; null would mean none.
      assert.notEqual('kms_key_id' in group.values ? group.values['kms_key_id'] : 'a key to come', null, group.address);
      assert.ok(Number(known(group, 'retention_in_days')) >= 90, group.address);
    }
  });

  test('disks, file systems and database are encrypted by a key of ours', () => {
    for (const system of of(plan, 'aws_efs_file_system')) {
      assert.equal(known(system, 'encrypted'), true);
      assert.notEqual(system.values['kms_key_id'], null, system.address);
    }
    for (const cluster of of(plan, 'aws_rds_cluster')) {
      assert.equal(known(cluster, 'storage_encrypted'), true);
      assert.notEqual(cluster.values['kms_key_id'], null);
    }
  });

  test('each load balancer speaks TLS 1.3 to hosts, and the gateway’s to its tasks too', () => {
    for (const listener of of(plan, 'aws_lb_listener')) {
      assert.equal(known(listener, 'protocol'), 'TLS');
      assert.match(String(known(listener, 'ssl_policy')), /^ELBSecurityPolicy-TLS13-1-3-/u);
    }
    const [group] = of(plan, 'aws_lb_target_group', `${workload}module.gateway`);
    assert.ok(group !== undefined);
    assert.equal(known(group, 'protocol'), 'TLS');
    assert.match(JSON.stringify(known(group, 'health_check')), /"path":"\/healthz".*"protocol":"HTTPS"/u);
  });

  test('no alarm goes nowhere', () => {
    for (const alarm of of(plan, 'aws_cloudwatch_metric_alarm')) {
      assert.notEqual(
        'alarm_actions' in alarm.values ? alarm.values['alarm_actions'] : 'a topic to come',
        null,
        alarm.address,
      );
      assert.notDeepEqual(alarm.values['alarm_actions'], [], alarm.address);
    }
  });

  test('no resource bears the name of another of its kind in its account', () => {
    const accounts = {
      workload: ['module.workload.', 'module.sessions.'],
      'log archive': ['module.log_archive.', 'module.log_archive_break_glass.'],
      management: ['module.guardrails.', 'module.management_break_glass.', 'module.management_keys.'],
    };
    let counted = 0;
    for (const [account, modules] of Object.entries(accounts)) {
      for (const type of ONE_IN_EACH) {
        // Keys of the copies stand in another region.
        const names = modules
          .flatMap((module) => of(plan, type, module))
          .filter(({ address }) => !address.includes('replica'))
          .map((resource) => known(resource, 'name'));
        assert.deepEqual(names, [...new Set(names)], `${type} of ${account}`);
        counted += names.length;
      }
    }
    assert.ok(counted > 50);
  });
});

/** Kinds whose names AWS takes once in an account. */
const ONE_IN_EACH = new Set([
  'aws_ecs_cluster',
  'aws_iam_policy',
  'aws_iam_role',
  'aws_kinesis_firehose_delivery_stream',
  'aws_kms_alias',
  'aws_lb',
  'aws_lb_target_group',
  'aws_sfn_state_machine',
  'aws_ssm_document',
]);

describe('what examples/minimal plans', { skip: providerSkip() }, async () => {
  const plan = providerSkip() === false ? await planOf('minimal') : NOTHING;

  test('it leaves nothing for years: a day in GOVERNANCE mode, and no database', () => {
    const locks = of(plan, 'aws_s3_bucket_object_lock_configuration');
    assert.ok(locks.length > 0);
    for (const lock of locks) {
      const text = JSON.stringify(known(lock, 'rule'));
      assert.match(text, /"days":1\b/u, lock.address);
      assert.match(text, /"mode":"GOVERNANCE"/u, lock.address);
    }
    assert.deepEqual(of(plan, 'aws_rds_cluster'), []);
  });

  test('it can be destroyed', () => {
    for (const balancer of of(plan, 'aws_lb')) assert.equal(known(balancer, 'enable_deletion_protection'), false);
    for (const firewall of of(plan, 'aws_networkfirewall_firewall')) {
      assert.equal(known(firewall, 'delete_protection'), false);
    }
  });

  test('its two stacks, in one account, do not name anything alike', () => {
    for (const type of ONE_IN_EACH) {
      const names = of(plan, type).map((resource) => resource.values['name']);
      assert.equal(new Set(names).size, names.length, type);
    }
  });
});
