import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pythonSkip, readAutomation, runAutomation, runScript } from './lib/automation.ts';
import type { Automation, ScriptCall, Step } from './lib/automation.ts';
import { readConfiguration } from './lib/hcl.ts';
import { evaluate } from './lib/iam.ts';
import {
  ADMINISTRATOR,
  EVERYTHING,
  HOST,
  IDENTITY,
  KILL_SWITCH,
  REGION,
  staff,
  WORKLOAD,
} from './lib/identity-documents.ts';
import { renderDocuments, TERRAFORM_ROOT, terraformSkip } from './lib/terraform.ts';

const ISOLATION = 'sg-0123456789abcdef0';
const CLOSED = 'acl-0aaaaaaaaaaaaaaaa';
const OPEN = 'acl-0bbbbbbbbbbbbbbbb';
const SUBNET = 'subnet-0123456789abcdef0';
const TOPIC = `arn:aws:sns:${REGION}:${WORKLOAD}:sallyport-alerts`;
const SECURITY = `arn:aws:iam::${WORKLOAD}:role/aws-reserved/sso.amazonaws.com/${REGION}/AWSReservedSSO_sallyport-security_0123456789abcdef`;
const LEAST = {
  region: REGION,
  account_id: WORKLOAD,
  role_names: ['sallyport-host', 'sallyport-gateway-task'],
  isolation_group_id: ISOLATION,
  closed_network_acl_id: CLOSED,
  approver_arns: [SECURITY],
  notification_topic_arn: TOPIC,
};
const WHOLE = {
  ...LEAST,
  gateway: { cluster_name: 'sallyport-gateway', service_names: ['gateway-a', 'gateway-b'] },
  session_cluster_name: 'sallyport-sessions',
  autoscaling_group_names: ['sallyport-alice', 'sallyport-bob'],
  host_subnet_ids: [SUBNET],
  host_network_acl_id: OPEN,
};

/** Calls that the documents may make: inputs that AWS asks for, and what IAM is asked. From the references of the services. */
const CALLS: Readonly<
  Record<
    string,
    { readonly inputs: readonly string[]; readonly resource: (inputs: Readonly<Record<string, unknown>>) => string }
  >
> = {
  'iam:PutRolePolicy': {
    inputs: ['RoleName', 'PolicyName', 'PolicyDocument'],
    resource: ({ RoleName }) => `arn:aws:iam::${WORKLOAD}:role/${String(RoleName)}`,
  },
  'ecs:UpdateService': {
    inputs: ['cluster', 'service', 'desiredCount'],
    resource: ({ cluster, service }) =>
      `arn:aws:ecs:${REGION}:${WORKLOAD}:service/${String(cluster)}/${String(service)}`,
  },
  'autoscaling:SuspendProcesses': { inputs: ['AutoScalingGroupName', 'ScalingProcesses'], resource: group },
  'autoscaling:ResumeProcesses': { inputs: ['AutoScalingGroupName', 'ScalingProcesses'], resource: group },
};

/** The same for calls of the scripts, whose reads IAM knows on no resource. */
const SCRIPT_CALLS: Readonly<
  Record<string, readonly [string, (inputs: Readonly<Record<string, unknown>>) => readonly string[]]>
> = {
  'ssm.describe_sessions': ['ssm:DescribeSessions', () => ['*']],
  'ssm.terminate_session': [
    'ssm:TerminateSession',
    ({ SessionId }) => [`arn:aws:ssm:${REGION}:${WORKLOAD}:session/${String(SessionId)}`],
  ],
  'ecs.list_tasks': ['ecs:ListTasks', () => ['*']],
  'ecs.stop_task': ['ecs:StopTask', ({ task }) => [String(task)]],
  'ec2.describe_network_acls': ['ec2:DescribeNetworkAcls', () => ['*']],
  'ec2.replace_network_acl_association': [
    'ec2:ReplaceNetworkAclAssociation',
    ({ NetworkAclId }) => [
      `arn:aws:ec2:${REGION}:${WORKLOAD}:network-acl/${String(NetworkAclId)}`,
      `arn:aws:ec2:${REGION}:${WORKLOAD}:subnet/${SUBNET}`,
    ],
  ],
  'ec2.describe_instances': ['ec2:DescribeInstances', () => ['*']],
  'ec2.modify_network_interface_attribute': [
    'ec2:ModifyNetworkInterfaceAttribute',
    ({ NetworkInterfaceId, Groups }) => [
      `arn:aws:ec2:${REGION}:${WORKLOAD}:network-interface/${String(NetworkInterfaceId)}`,
      ...(Groups as readonly string[]).map((id) => `arn:aws:ec2:${REGION}:${WORKLOAD}:security-group/${id}`),
    ],
  ],
  'autoscaling.describe_auto_scaling_groups': ['autoscaling:DescribeAutoScalingGroups', () => ['*']],
  'autoscaling.detach_instances': ['autoscaling:DetachInstances', (inputs) => [group(inputs)]],
  'iam.put_role_policy': ['iam:PutRolePolicy', ({ RoleName }) => [`arn:aws:iam::${WORKLOAD}:role/${String(RoleName)}`]],
  'iam.delete_role_policy': [
    'iam:DeleteRolePolicy',
    ({ RoleName }) => [`arn:aws:iam::${WORKLOAD}:role/${String(RoleName)}`],
  ],
};

const ANSWERS = {
  'ssm.describe_sessions': [
    { Sessions: [{ SessionId: 'alice-1' }, { SessionId: 'bob-1' }] },
    { Sessions: [{ SessionId: 'carol-1' }] },
  ],
  'ecs.list_tasks': [
    { taskArns: [`arn:aws:ecs:${REGION}:${WORKLOAD}:task/sallyport-sessions/a`] },
    { taskArns: [`arn:aws:ecs:${REGION}:${WORKLOAD}:task/sallyport-sessions/b`] },
  ],
  'ec2.describe_network_acls': [
    {
      NetworkAcls: [
        {
          NetworkAclId: OPEN,
          Associations: [
            { NetworkAclAssociationId: 'aclassoc-1', SubnetId: SUBNET },
            { NetworkAclAssociationId: 'aclassoc-2', SubnetId: 'subnet-of-somebody' },
          ],
        },
      ],
    },
  ],
  'ec2.describe_instances': [
    {
      Reservations: [
        {
          Instances: [
            {
              InstanceId: 'i-1',
              NetworkInterfaces: [
                { NetworkInterfaceId: 'eni-1', Groups: [{ GroupId: 'sg-of-hosts' }] },
                { NetworkInterfaceId: 'eni-2', Groups: [{ GroupId: ISOLATION }] },
              ],
            },
          ],
        },
      ],
    },
    {
      Reservations: [
        { Instances: [{ InstanceId: 'i-2', NetworkInterfaces: [{ NetworkInterfaceId: 'eni-3', Groups: [] }] }] },
      ],
    },
  ],
  'autoscaling.describe_auto_scaling_groups': [
    {
      AutoScalingGroups: [
        { AutoScalingGroupName: 'sallyport-alice', Instances: [{ InstanceId: 'i-1' }] },
        { AutoScalingGroupName: 'sallyport-bob', Instances: [{ InstanceId: 'i-2' }] },
      ],
    },
    { AutoScalingGroups: [{ AutoScalingGroupName: 'of-somebody', Instances: [{ InstanceId: 'i-1' }] }] },
  ],
};

function group({ AutoScalingGroupName }: Readonly<Record<string, unknown>>): string {
  const id = '00000000-0000-0000-0000-000000000000';
  return `arn:aws:autoscaling:${REGION}:${WORKLOAD}:autoScalingGroup:${id}:autoScalingGroupName/${String(AutoScalingGroupName)}`;
}

type Script = Extract<Step, { readonly action: 'aws:executeScript' }>;

describe('the kill switch', { skip: terraformSkip() }, async () => {
  const isThere = terraformSkip() === false;
  const rendered = isThere ? await renderDocuments('kill-switch', WHOLE) : {};
  const least = isThere ? await renderDocuments('kill-switch', LEAST) : {};
  const documents = new Map(
    Object.entries((rendered['automations'] ?? {}) as Readonly<Record<string, string>>).map(([name, text]) => [
      name,
      readAutomation(text),
    ]),
  );
  const document = (name: string): Automation => {
    const found = documents.get(name);
    assert.ok(found !== undefined, `${name} is there`);
    return found;
  };
  const script = (automation: string, step: string): Script => {
    const found = document(automation).steps.find(({ name }) => name === step);
    assert.ok(found?.action === 'aws:executeScript');
    return found;
  };
  const judge = (action: string, resource: string): string =>
    evaluate({
      principal: KILL_SWITCH,
      action,
      resource,
      identity: [rendered['permissions']],
      context: { 'ecs:cluster': `arn:aws:ecs:${REGION}:${WORKLOAD}:cluster/sallyport-sessions` },
    }).decision;

  test('stopping everything is every single stop: rights, who is inside, what could begin anew, hosts', () => {
    const parts = ['roles', 'sessions', 'tasks', 'gateway', 'launches', 'hosts'];
    assert.deepEqual(
      [...documents.keys()].sort(),
      ['resume', 'stop-everything', ...parts.map((part) => `stop-${part}`)].sort(),
    );
    assert.deepEqual(
      document('stop-everything').steps,
      parts.flatMap((part) => document(`stop-${part}`).steps),
    );
  });

  test('without gateway, sessions in containers and groups there is still something to stop', () => {
    const names = Object.keys(least['automations'] ?? {});
    assert.deepEqual(names.sort(), ['resume', 'stop-everything', 'stop-hosts', 'stop-roles', 'stop-sessions']);
  });

  test('a stop takes no parameters: there is nothing to get wrong at night, and no role to put in', () => {
    for (const text of Object.values(rendered['automations'] as Readonly<Record<string, string>>)) {
      assert.ok(!text.includes('{{'), 'no variable');
      assert.ok(text.length <= 65_536);
      assert.equal(readAutomation(text).assumeRole, `arn:aws:iam::${WORKLOAD}:role/sallyport-kill-switch`);
    }
  });

  test('each call exists, has its inputs, and is one that the switch may make', () => {
    for (const [name, { steps }] of documents) {
      for (const step of steps) {
        if (step.action !== 'aws:executeAwsApi') continue;
        const action = `${step.service}:${step.api}`;
        const known = CALLS[action];
        assert.ok(known !== undefined, `${name}: ${action}`);
        assert.deepEqual(Object.keys(step.inputs).sort(), known.inputs.toSorted(), `${name}: ${step.name}`);
        assert.equal(judge(action, known.resource(step.inputs)), 'allowed', `${name}: ${step.name}`);
      }
    }
  });

  for (const step of stepNames(documents))
    test(`whatever fails, a stop goes on and says so: ${step}`, async () => {
      const seen: string[] = [];
      const ended = await runAutomation(document('stop-everything'), ({ name }) => {
        seen.push(name);
        if (name === step) throw new Error('throttled');
      });
      assert.equal(ended.status, 'Failed');
      assert.deepEqual(
        seen,
        document('stop-everything').steps.map(({ name }) => name),
      );
    });

  test('stopping twice leaves what stopping once did', async () => {
    const world = new Map<string, unknown>();
    const stop = (): Promise<unknown> =>
      runAutomation(document('stop-everything'), (step) => {
        if (step.action === 'aws:executeAwsApi') {
          const known = CALLS[`${step.service}:${step.api}`];
          world.set(`${step.api} ${known?.resource(step.inputs)}`, step.inputs);
        }
      });
    await stop();
    const once = structuredClone(world);
    await stop();
    assert.deepEqual(world, once);
    assert.equal(world.size, 2 + 2 + 2);
  });

  test('a role that was stopped may do nothing but hand over what was recorded', () => {
    const step = document('stop-roles').steps[0];
    assert.ok(step?.action === 'aws:executeAwsApi');
    const stopped = { principal: HOST, identity: [EVERYTHING, step.inputs['PolicyDocument']] };
    for (const action of [
      's3:GetObject',
      'sts:AssumeRole',
      'bedrock:InvokeModel',
      'ssmmessages:OpenDataChannel',
      'iam:DeleteRolePolicy',
    ])
      assert.equal(evaluate({ ...stopped, action, resource: '*' }).decision, 'explicitly denied', action);
    const resource = `arn:aws:firehose:${REGION}:${WORKLOAD}:deliverystream/sallyport-audit`;
    assert.equal(evaluate({ ...stopped, action: 'firehose:PutRecordBatch', resource }).decision, 'allowed');
  });

  test('the switch may do nothing else', () => {
    for (const [action, resource] of [
      ['iam:PutRolePolicy', `arn:aws:iam::${WORKLOAD}:role/administrator`],
      ['iam:PutRolePolicy', `arn:aws:iam::${WORKLOAD}:role/sallyport-kill-switch`],
      ['iam:AttachRolePolicy', `arn:aws:iam::${WORKLOAD}:role/sallyport-host`],
      ['ecs:UpdateService', `arn:aws:ecs:${REGION}:${WORKLOAD}:service/another/service`],
      ['ecs:RunTask', '*'],
      ['ec2:ModifyNetworkInterfaceAttribute', `arn:aws:ec2:${REGION}:${WORKLOAD}:security-group/sg-0fedcba9876543210`],
      ['ec2:ReplaceNetworkAclAssociation', `arn:aws:ec2:${REGION}:${WORKLOAD}:network-acl/acl-of-somebody`],
      ['ec2:TerminateInstances', `arn:aws:ec2:${REGION}:${WORKLOAD}:instance/i-1`],
      ['autoscaling:UpdateAutoScalingGroup', group({ AutoScalingGroupName: 'sallyport-alice' })],
      ['ssm:StartSession', '*'],
      ['s3:GetObject', 'arn:aws:s3:::records/x'],
    ] as const)
      assert.equal(judge(action, resource), 'implicitly denied', `${action} ${resource}`);
  });

  test('I9: only an automation of this account acts as the switch', () => {
    const take = (account: string, source: string, principal = 'ssm.amazonaws.com'): string =>
      evaluate({
        principal,
        action: 'sts:AssumeRole',
        resource: `arn:aws:iam::${WORKLOAD}:role/sallyport-kill-switch`,
        resourcePolicy: rendered['trust'],
        identity: principal === 'ssm.amazonaws.com' ? [] : [EVERYTHING],
        context: { 'aws:SourceAccount': account, 'aws:SourceArn': source },
      }).decision;
    const execution = `arn:aws:ssm:${REGION}:${WORKLOAD}:automation-execution/0123`;
    assert.equal(take(WORKLOAD, execution), 'allowed');
    assert.equal(take('999988887777', execution.replace(WORKLOAD, '999988887777')), 'implicitly denied');
    assert.equal(take(WORKLOAD, `arn:aws:ssm:${REGION}:${WORKLOAD}:maintenancewindow/x`), 'implicitly denied');
    assert.equal(take(WORKLOAD, execution, ADMINISTRATOR), 'implicitly denied');
  });

  test('work goes on only after a second person said so', async () => {
    const [first, ...rest] = document('resume').steps;
    assert.ok(first?.action === 'aws:approve');
    assert.deepEqual(first.approvers, [SECURITY]);
    assert.ok(rest.length > 0 && rest.every(({ onFailure }) => onFailure === 'Abort'));
    const seen: string[] = [];
    const ended = await runAutomation(document('resume'), ({ name, action }) => {
      seen.push(name);
      if (action === 'aws:approve') throw new Error('rejected');
    });
    assert.deepEqual({ seen, status: ended.status }, { seen: [first.name], status: 'Failed' });
  });

  test('roles come back before the network, and groups make hosts last', () => {
    assert.deepEqual(
      document('resume').steps.map(({ name }) => name.split('_')[0]),
      [
        'SecondPersonApproves',
        'LetRolesGo',
        'ReplaceHosts',
        'ConnectSubnets',
        'StartGateway',
        'StartGateway',
        'ReleaseGroup',
        'ReleaseGroup',
      ],
    );
  });

  for (const { name, variables, error } of [
    { name: 'no role', variables: { role_names: [] }, error: /role_names must\s+hold/u },
    {
      name: 'a role by its ARN',
      variables: { role_names: [`arn:aws:iam::${WORKLOAD}:role/x`] },
      error: /role_names must\s+hold/u,
    },
    { name: 'nobody who approves', variables: { approver_arns: [] }, error: /approver_arns must\s+hold/u },
    {
      name: 'anybody who approves',
      variables: { approver_arns: [`arn:aws:iam::${WORKLOAD}:role/*`] },
      error: /approver_arns must\s+hold/u,
    },
    { name: 'no approval', variables: { min_approvals: 0 }, error: /min_approvals must\s+be/u },
    {
      name: 'a tag of AWS',
      variables: { host_tag_key: 'aws:autoscaling:groupName' },
      error: /host_tag_key must\s+be/u,
    },
  ])
    test(`is not made with ${name}`, async () => {
      await assert.rejects(renderDocuments('kill-switch', { ...WHOLE, ...variables }), error);
    });

  describe('its scripts', { skip: pythonSkip() }, () => {
    const allow = (calls: readonly ScriptCall[]): void => {
      for (const { call, inputs } of calls) {
        const [action = '', resources] = SCRIPT_CALLS[call] ?? [];
        assert.ok(resources !== undefined, call);
        for (const resource of resources(inputs))
          assert.equal(judge(action, resource), 'allowed', `${action} ${resource}`);
      }
    };
    const inputsOf = (calls: readonly ScriptCall[], call: string): readonly unknown[] =>
      calls.filter((one) => one.call === call).map(({ inputs }) => inputs);

    test('all sessions end, on whatever page they are', () => {
      const { returned, calls } = runScript(script('stop-sessions', 'EndSessions'), { answers: ANSWERS });
      assert.deepEqual(returned, { done: 3 });
      assert.deepEqual(inputsOf(calls, 'ssm.terminate_session'), [
        { SessionId: 'alice-1' },
        { SessionId: 'bob-1' },
        { SessionId: 'carol-1' },
      ]);
      assert.deepEqual(inputsOf(calls, 'ssm.describe_sessions'), [{ State: 'Active' }]);
      allow(calls);
    });

    test('a session that does not end keeps no other one', () => {
      const refused = [{ call: 'ssm.terminate_session', value: 'alice-1' }];
      const { failed, calls } = runScript(script('stop-sessions', 'EndSessions'), { answers: ANSWERS, refused });
      assert.equal(failed, '1 of 3 failed: alice-1: refused');
      assert.equal(inputsOf(calls, 'ssm.terminate_session').length, 3);
    });

    test('without a session there is nothing to end', () => {
      assert.deepEqual(runScript(script('stop-sessions', 'EndSessions')).returned, { done: 0 });
    });

    test('all tasks of sessions stop', () => {
      const { returned, calls } = runScript(script('stop-tasks', 'StopTasks'), { answers: ANSWERS });
      assert.deepEqual(returned, { done: 2 });
      allow(calls);
    });

    test('the subnets of hosts are cut off, those of others are not', () => {
      const { calls } = runScript(script('stop-hosts', 'CutSubnets'), { answers: ANSWERS });
      assert.deepEqual(inputsOf(calls, 'ec2.replace_network_acl_association'), [
        { AssociationId: 'aclassoc-1', NetworkAclId: CLOSED },
      ]);
      allow(calls);
    });

    test('a subnet that is cut off already is left so', () => {
      const answers = {
        'ec2.describe_network_acls': [
          {
            NetworkAcls: [
              { NetworkAclId: CLOSED, Associations: [{ NetworkAclAssociationId: 'aclassoc-3', SubnetId: SUBNET }] },
            ],
          },
        ],
      };
      assert.deepEqual(runScript(script('stop-hosts', 'CutSubnets'), { answers }).returned, { done: 0 });
    });

    test('every interface of every host is isolated', () => {
      const { calls } = runScript(script('stop-hosts', 'IsolateHosts'), { answers: ANSWERS });
      assert.deepEqual(
        inputsOf(calls, 'ec2.modify_network_interface_attribute'),
        ['eni-1', 'eni-2', 'eni-3'].map((NetworkInterfaceId) => ({ NetworkInterfaceId, Groups: [ISOLATION] })),
      );
      allow(calls);
    });

    test('credentials from before the stop stay refused, and are so before the role is free', () => {
      const { calls } = runScript(script('resume', 'LetRolesGo'));
      assert.deepEqual(
        calls.map(({ call, inputs }) => `${call} ${String(inputs['RoleName'])} ${String(inputs['PolicyName'])}`),
        ['sallyport-host', 'sallyport-gateway-task'].flatMap((role) => [
          `iam.put_role_policy ${role} kill-switch-older-credentials`,
          `iam.delete_role_policy ${role} kill-switch`,
        ]),
      );
      allow(calls);
      const older = calls[0]?.inputs['PolicyDocument'];
      const read = (issued: string): string =>
        evaluate({
          principal: HOST,
          action: 's3:GetObject',
          resource: 'arn:aws:s3:::artifacts/x',
          identity: [EVERYTHING, older],
          context: { 'aws:TokenIssueTime': issued },
        }).decision;
      assert.equal(read('2020-01-01T00:00:00Z'), 'explicitly denied');
      assert.equal(read('2100-01-01T00:00:00Z'), 'allowed');
    });

    test('a role that was never stopped is let go all the same', () => {
      const refused = [{ call: 'iam.delete_role_policy', value: 'sallyport-host', isMissing: true as const }];
      assert.deepEqual(runScript(script('resume', 'LetRolesGo'), { refused }).returned, { done: 2 });
    });

    test('an isolated host is kept as it is, and another takes its place', () => {
      const { calls } = runScript(script('resume', 'ReplaceHosts'), { answers: ANSWERS });
      assert.deepEqual(inputsOf(calls, 'autoscaling.detach_instances'), [
        { AutoScalingGroupName: 'sallyport-alice', InstanceIds: ['i-1'], ShouldDecrementDesiredCapacity: false },
      ]);
      allow(calls);
    });

    test('groups are not asked for by name, of which AWS takes 50 in one call', () => {
      const { calls } = runScript(script('resume', 'ReplaceHosts'), { answers: ANSWERS });
      assert.deepEqual(inputsOf(calls, 'autoscaling.describe_auto_scaling_groups'), [{}]);
    });
  });

  test('security starts it and hands it its role; nobody of the developers does', async () => {
    const { permission_sets: sets } = await renderDocuments('identity', IDENTITY);
    const pass = (set: string, service: string): string =>
      evaluate({
        principal: staff(set, 'sam'),
        identity: [(sets as Readonly<Record<string, string>>)[set]],
        action: 'iam:PassRole',
        resource: `arn:aws:iam::${WORKLOAD}:role/sallyport-kill-switch`,
        context: { 'iam:PassedToService': service },
      }).decision;
    assert.equal(pass('security', 'ssm.amazonaws.com'), 'allowed');
    assert.equal(pass('security', 'ec2.amazonaws.com'), 'implicitly denied');
    assert.equal(pass('developer', 'ssm.amazonaws.com'), 'explicitly denied');
  });
});

for (const { name, module, type, ignored } of [
  {
    name: 'groups that are held',
    module: 'workstation',
    type: 'aws_autoscaling_group',
    ignored: 'suspended_processes',
  },
  { name: 'subnets that are cut off', module: 'network', type: 'aws_network_acl', ignored: 'subnet_ids' },
  { name: 'a gateway at zero', module: 'gateway', type: 'aws_ecs_service', ignored: 'desired_count' },
])
  test(`an apply after a stop leaves it as it is: ${name}`, async () => {
    const { resource } = await readConfiguration(join(TERRAFORM_ROOT, 'modules', module));
    const blocks = Object.values(resource[type] ?? {}).flat();
    assert.ok(blocks.length > 0);
    for (const { lifecycle } of blocks) {
      const [rules] = lifecycle as readonly [{ readonly ignore_changes: readonly string[] }];
      assert.ok(rules.ignore_changes.includes(`\${${ignored}}`), JSON.stringify(rules));
    }
  });

test('an apply after a stop leaves it as it is: roles keep policies that Terraform did not write', async () => {
  for (const folder of globSync('modules/*', { cwd: TERRAFORM_ROOT })) {
    const { resource } = await readConfiguration(join(TERRAFORM_ROOT, folder));
    assert.deepEqual(Object.keys(resource['aws_iam_role_policies_exclusive'] ?? {}), [], folder);
    for (const [name, roles] of Object.entries(resource['aws_iam_role'] ?? {}))
      assert.ok(!roles.some((role) => 'inline_policy' in role), `${folder}: ${name}`);
  }
});

/** The names of the steps of stopping everything. */
function stepNames(documents: ReadonlyMap<string, Automation>): readonly string[] {
  return documents.get('stop-everything')?.steps.map(({ name }) => name) ?? [];
}
