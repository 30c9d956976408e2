import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { programOnPath } from '../emulator-process.ts';
import { motoSkipReason, startMoto } from '../moto.ts';
import type { Moto } from '../moto.ts';
import { awsWorker, readAutomation, runAutomation } from './lib/automation.ts';
import type { AwsWorker, Inputs } from './lib/automation.ts';
import { planOf, providerSkip, renderDocuments, terraformSkip } from './lib/terraform.ts';
import type { Plan, PlannedResource } from './lib/terraform.ts';

describe('the plan of the full example', { skip: providerSkip() }, () => {
  let plan: Plan;
  before(async () => {
    plan = await planOf('full');
  });
  const ofType = (type: string): readonly PlannedResource[] =>
    plan.resources.filter((resource) => resource.type === type);
  const statements = (resource: PlannedResource, field: string): readonly Readonly<Record<string, unknown>>[] => {
    const text = resource.values[field];
    if (typeof text !== 'string') return [];
    return [(JSON.parse(text) as { readonly Statement: unknown }).Statement].flat() as readonly Readonly<
      Record<string, unknown>
    >[];
  };

  test('I7: no role but that of the gateway is given a model', () => {
    const giving = ofType('aws_iam_role_policy').filter((resource) =>
      statements(resource, 'policy').some(
        (statement) => statement['Effect'] === 'Allow' && JSON.stringify([statement['Action']]).includes('bedrock:'),
      ),
    );
    // That one names its endpoint, which has no id before it is made, so its text is not in the plan.
    assert.deepEqual(
      giving.map(({ address }) => address),
      [],
    );
    const gateway = plan.resources.filter(({ address }) =>
      address.includes('.module.bedrock[0].aws_iam_role_policy.gateway'),
    );
    assert.deepEqual(
      gateway.map(({ values }) => values['role']),
      ['sallyport-gateway-task'],
    );
  });

  test('I8: no role has a policy that AWS writes, but that for emergencies', () => {
    const attached = ofType('aws_iam_role_policy_attachment').map(
      ({ values }) => `${String(values['role'])} ${String(values['policy_arn'])}`,
    );
    assert.ok(attached.length > 0);
    assert.deepEqual(new Set(attached), new Set(['sallyport-break-glass arn:aws:iam::aws:policy/AdministratorAccess']));
    const managed = ofType('aws_iam_role').filter(
      ({ values }) => ((values['managed_policy_arns'] as unknown[]) ?? []).length > 0,
    );
    assert.deepEqual(
      managed.map(({ address }) => address),
      [],
    );
  });

  test('I9: every role in which something of the deployment runs has a boundary', () => {
    const free = (plan.resource_changes ?? [])
      .filter(({ address }) => /^module\.(?:workload|sessions)\..*aws_iam_role\.[^.]+$/u.test(address))
      .filter(({ address, change }) => {
        const unknown = (change.after_unknown ?? {}) as Readonly<Record<string, unknown>>;
        const known = plan.resources.find((resource) => resource.address === address)?.values ?? {};
        return unknown['permissions_boundary'] !== true && typeof known['permissions_boundary'] !== 'string';
      })
      .map(({ address }) => address.replace(/^.*module\./u, ''));
    // The two that act on roles themselves, and those that AWS alone takes to write a log.
    const outside = ['automation', 'break_glass', 'invocation_log', 'flow', 'trail', 'forward'];
    assert.deepEqual(
      free.filter((address) => !outside.includes(/aws_iam_role\.(\w+)/u.exec(address)?.[1] ?? '')),
      [],
    );
  });

  test('A7: developers get one set, of an hour, and their owner and account come from Identity Center', () => {
    const sets = new Map(
      ofType('aws_ssoadmin_permission_set').map(({ values }) => [String(values['name']), values['session_duration']]),
    );
    assert.deepEqual(
      [...sets.keys()].sort(),
      ['auditor', 'developer', 'platform', 'security'].map((set) => `sallyport-${set}`),
    );
    assert.equal(sets.get('sallyport-developer'), 'PT1H');
    const [attributes] = ofType('aws_ssoadmin_instance_access_control_attributes');
    const keys = ((attributes?.values['attribute'] ?? []) as readonly { readonly key: string }[]).map(({ key }) => key);
    assert.deepEqual(keys.sort(), ['SSMSessionRunAs', 'sallyport:owner']);
  });

  test('A9: the switch, its resume and an emergency role in each account are there', () => {
    const documents = ofType('aws_ssm_document').map(({ values }) => String(values['name']));
    const stops = ['everything', 'roles', 'outside', 'sessions', 'tasks', 'gateway', 'launches', 'hosts'].map(
      (part) => `stop-${part}`,
    );
    for (const name of [...stops, 'resume']) assert.ok(documents.includes(`sallyport-kill-switch-${name}`), name);
    const emergency = ofType('aws_iam_role').filter(({ values }) => values['name'] === 'sallyport-break-glass');
    assert.ok(emergency.length >= 2);
  });

  test('I9: service control policies are attached, each within what AWS takes', (t) => {
    const policies = ofType('aws_organizations_policy');
    assert.deepEqual(
      policies.map(({ values }) => String(values['name'])).sort(),
      ['evidence', 'models', 'organization', 'perimeter'].map((one) => `sallyport-${one}`),
    );
    for (const { values } of policies) {
      assert.ok(String(values['content']).length <= 5_120, String(values['name']));
      t.diagnostic(`infra: characters of the policy ${String(values['name'])} = ${String(values['content']).length}`);
    }
    assert.ok(ofType('aws_organizations_policy_attachment').length >= 7);
  });
});

const ACCOUNT = '123456789012';
const REGION = 'eu-central-1';

/** A Python that can call AWS: the one beside the emulator has what that needs. */
const PYTHON = ((): string | null => {
  const folder = dirname(process.env['SALLYPORT_MOTO'] ?? programOnPath('moto_server') ?? '/nowhere/x');
  const candidates = [join(folder, 'python3'), join(folder, 'python'), 'python3'];
  return (
    candidates.find((python) => spawnSync(python, ['-c', 'import boto3'], { timeout: 30_000 }).status === 0) ?? null
  );
})();

const skip = terraformSkip() || motoSkipReason() || (PYTHON === null && 'no Python with boto3 is there');

describe('the kill switch in an emulator of AWS', { skip }, () => {
  let moto: Moto;
  let worker: AwsWorker;
  before(async () => {
    moto = await startMoto();
    worker = awsWorker(PYTHON ?? '', {
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
  });
  after(async () => {
    worker.stop();
    await moto.stop();
  });
  const aws = async <T>(service: string, api: string, inputs: Inputs = {}): Promise<T> =>
    (await worker.call(service, api, inputs)) as T;

  test('everything stops, twice, and goes on', async (t) => {
    const made = await deployment(aws);
    const rendered = await renderDocuments('kill-switch', {
      region: REGION,
      account_id: ACCOUNT,
      role_names: [ROLE],
      gateway: { cluster_name: CLUSTER, service_names: [SERVICE] },
      session_cluster_name: 'sallyport-sessions',
      isolation_group_id: made.isolation,
      host_subnet_ids: [made.subnet],
      host_network_acl_id: made.open,
      closed_network_acl_id: made.closed,
      draining_network_acl_id: made.draining,
      delivery_seconds: 1,
      approver_arns: [`arn:aws:iam::${ACCOUNT}:role/security`],
    });
    const automations = rendered['automations'] as Readonly<Record<string, string>>;
    const run = async (name: string): Promise<readonly string[]> => {
      const { steps } = await runAutomation(readAutomation(automations[name] ?? ''), (step) => worker.do(step));
      return steps.filter(({ failed }) => failed !== null).map(({ name: step }) => step);
    };

    const [host] = (await stateOf(aws, made.subnet)).hosts;
    assert.ok(host !== undefined, 'the group made a host');
    // By itself, and before anything else stops: from here on the log has a way, and nothing else.
    assert.deepEqual(await run('stop-outside'), []);
    assert.equal((await stateOf(aws, made.subnet)).acl, made.draining);

    const stopped = {
      policies: ['kill-switch'],
      desired: 0,
      acl: made.closed,
      hosts: [{ id: host.id, groups: [made.isolation] }],
      members: [host.id],
      suspended: ['AZRebalance', 'HealthCheck', 'Launch', 'ReplaceUnhealthy', 'ScheduledActions', 'Terminate'],
    };
    for (const time of ['once', 'twice']) {
      // The emulator knows no sessions, which shows on the way that a step that fails keeps no other one.
      assert.deepEqual(await run('stop-everything'), ['EndSessions'], time);
      assert.deepEqual(await stateOf(aws, made.subnet), stopped, time);
    }
    assert.deepEqual(await run('stop-outside'), []);
    assert.equal((await stateOf(aws, made.subnet)).acl, made.closed, 'what is cut off stays so');
    const done = readAutomation(automations['stop-everything'] ?? '').steps.length - 1;
    t.diagnostic(`infra: steps of the kill switch done in moto = ${done}`);

    assert.deepEqual(await run('resume'), []);
    const resumed = await stateOf(aws, made.subnet);
    assert.deepEqual(resumed.policies, ['kill-switch-older-credentials']);
    assert.deepEqual([resumed.desired, resumed.acl, resumed.suspended], [1, made.open, []]);
    assert.ok(
      resumed.hosts.some(({ id, groups }) => id === host.id && groups.includes(made.isolation)),
      'the isolated host is kept as it is',
    );
    assert.ok(!resumed.members.includes(host.id), 'and its group makes another in its place');
  });
});

const ROLE = 'sallyport-host';
const CLUSTER = 'sallyport-gateway';
const SERVICE = 'gateway-a';
const GROUP = 'sallyport-alice';

type Aws = <T>(service: string, api: string, inputs?: Inputs) => Promise<T>;

/** As much of a deployment as the emulator has: a role, a gateway, a group with one host in a subnet. */
async function deployment(aws: Aws): Promise<{
  readonly subnet: string;
  readonly open: string;
  readonly closed: string;
  readonly draining: string;
  readonly isolation: string;
}> {
  const { Vpc } = await aws<{ Vpc: { VpcId: string } }>('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' });
  const inVpc = { VpcId: Vpc.VpcId };
  const { Subnet } = await aws<{ Subnet: { SubnetId: string } }>('ec2', 'CreateSubnet', {
    ...inVpc,
    CidrBlock: '10.0.0.0/24',
  });
  const acl = async (): Promise<string> =>
    (await aws<{ NetworkAcl: { NetworkAclId: string } }>('ec2', 'CreateNetworkAcl', inVpc)).NetworkAcl.NetworkAclId;
  const group = { ...inVpc, GroupName: 'isolation', Description: 'none' };
  const { GroupId } = await aws<{ GroupId: string }>('ec2', 'CreateSecurityGroup', group);
  await aws('iam', 'CreateRole', {
    RoleName: ROLE,
    AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
  });
  await aws('ecs', 'CreateCluster', { clusterName: 'sallyport-sessions' });
  await aws('ecs', 'CreateCluster', { clusterName: CLUSTER });
  const containerDefinitions = [{ name: 'gateway', image: 'x', memory: 128 }];
  await aws('ecs', 'RegisterTaskDefinition', { family: 'gateway', containerDefinitions });
  const service = { cluster: CLUSTER, serviceName: SERVICE, taskDefinition: 'gateway', desiredCount: 1 };
  await aws('ecs', 'CreateService', service);
  const LaunchTemplateData = { ImageId: 'ami-12c6146b', InstanceType: 't3.micro' };
  await aws('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'host', LaunchTemplateData });
  await aws('autoscaling', 'CreateAutoScalingGroup', {
    AutoScalingGroupName: GROUP,
    MinSize: 1,
    MaxSize: 1,
    LaunchTemplate: { LaunchTemplateName: 'host' },
    VPCZoneIdentifier: Subnet.SubnetId,
    Tags: [{ Key: 'sallyport:owner', Value: 'alice', PropagateAtLaunch: true }],
  });
  return { subnet: Subnet.SubnetId, open: await acl(), closed: await acl(), draining: await acl(), isolation: GroupId };
}

/** What the kill switch changes, as the emulator tells it. */
async function stateOf(
  aws: Aws,
  subnet: string,
): Promise<{
  readonly policies: readonly string[];
  readonly desired: number | undefined;
  readonly acl: string | undefined;
  readonly hosts: readonly { readonly id: string; readonly groups: readonly string[] }[];
  readonly members: readonly string[];
  readonly suspended: readonly string[];
}> {
  interface Instance {
    readonly InstanceId: string;
    readonly NetworkInterfaces: readonly { readonly Groups: readonly { readonly GroupId: string }[] }[];
  }
  interface Group {
    readonly Instances: readonly { readonly InstanceId: string }[];
    readonly SuspendedProcesses: readonly { readonly ProcessName: string }[];
  }
  const { PolicyNames } = await aws<{ PolicyNames: string[] }>('iam', 'ListRolePolicies', { RoleName: ROLE });
  const { services } = await aws<{ services: { desiredCount: number }[] }>('ecs', 'DescribeServices', {
    cluster: CLUSTER,
    services: [SERVICE],
  });
  const { NetworkAcls } = await aws<{ NetworkAcls: { NetworkAclId: string }[] }>('ec2', 'DescribeNetworkAcls', {
    Filters: [{ Name: 'association.subnet-id', Values: [subnet] }],
  });
  const { Reservations } = await aws<{ Reservations: { Instances: Instance[] }[] }>('ec2', 'DescribeInstances', {
    Filters: [{ Name: 'tag-key', Values: ['sallyport:owner'] }],
  });
  const { AutoScalingGroups } = await aws<{ AutoScalingGroups: Group[] }>('autoscaling', 'DescribeAutoScalingGroups');
  return {
    policies: PolicyNames,
    desired: services[0]?.desiredCount,
    acl: NetworkAcls[0]?.NetworkAclId,
    hosts: Reservations.flatMap(({ Instances }) => Instances).map(({ InstanceId, NetworkInterfaces }) => ({
      id: InstanceId,
      groups: NetworkInterfaces.flatMap(({ Groups }) => Groups.map(({ GroupId }) => GroupId)),
    })),
    members: AutoScalingGroups.flatMap(({ Instances }) => Instances.map(({ InstanceId }) => InstanceId)),
    suspended: AutoScalingGroups.flatMap(({ SuspendedProcesses }) =>
      SuspendedProcesses.map(({ ProcessName }) => ProcessName),
    ).sort(),
  };
}
