import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pythonSkip, readAutomation, runAutomation, runScript } from './lib/automation.ts';
import type { Automation, ScriptCall, Step } from './lib/automation.ts';
import { keyPolicies } from './lib/audit-documents.ts';
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
const DRAINING = 'acl-0cccccccccccccccc';
const SUBNET = 'subnet-0123456789abcdef0';
const TOPIC = `arn:aws:sns:${REGION}:${WORKLOAD}:Automation-sallyport-approvals`;
const TOPIC_KEY = `arn:aws:kms:${REGION}:${WORKLOAD}:key/00000000-0000-0000-0000-000000000001`;
const SECURITY = `arn:aws:iam::${WORKLOAD}:role/aws-reserved/sso.amazonaws.com/${REGION}/AWSReservedSSO_sallyport-security_0123456789abcdef`;
const LEAST = {
  region: REGION,
  account_id: WORKLOAD,
  role_names: ['sallyport-host', 'sallyport-gateway-task'],
  isolation_group_id: ISOLATION,
  closed_network_acl_id: CLOSED,
  draining_network_acl_id: DRAINING,
  approver_arns: [SECURITY],
};
const WHOLE = {
  ...LEAST,
  gateway: { cluster_name: 'sallyport-gateway', service_names: ['gateway-a', 'gateway-b'] },
  session_cluster_name: 'sallyport-sessions',
  host_subnet_ids: [SUBNET],
  host_network_acl_id: OPEN,
  notification_key_arn: TOPIC_KEY,
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
  'ecs.describe_tasks': ['ecs:DescribeTasks', ({ tasks }) => tasks as readonly string[]],
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
  'autoscaling.suspend_processes': ['autoscaling:SuspendProcesses', (inputs) => [group(inputs)]],
  'autoscaling.resume_processes': ['autoscaling:ResumeProcesses', (inputs) => [group(inputs)]],
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
                { NetworkInterfaceId: 'eni-1', SubnetId: SUBNET, Groups: [{ GroupId: 'sg-of-hosts' }] },
                { NetworkInterfaceId: 'eni-2', SubnetId: 'subnet-of-endpoints', Groups: [{ GroupId: ISOLATION }] },
              ],
            },
          ],
        },
      ],
    },
    {
      Reservations: [
        {
          Instances: [
            { InstanceId: 'i-2', NetworkInterfaces: [{ NetworkInterfaceId: 'eni-3', SubnetId: SUBNET, Groups: [] }] },
          ],
        },
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
    { AutoScalingGroups: [{ AutoScalingGroupName: 'sallyport-carol', Instances: [{ InstanceId: 'i-3' }] }] },
  ],
};

function group({ AutoScalingGroupName }: Readonly<Record<string, unknown>>): string {
  const id = '00000000-0000-0000-0000-000000000000';
  return `arn:aws:autoscaling:${REGION}:${WORKLOAD}:autoScalingGroup:${id}:autoScalingGroupName/${String(AutoScalingGroupName)}`;
}

/** What IAM is told of a group that makes hosts. */
const OWNED = { 'aws:ResourceTag/sallyport:owner': 'alice' };

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
  const judge = (action: string, resource: string, tags: Readonly<Record<string, string>> = OWNED): string =>
    evaluate({
      principal: KILL_SWITCH,
      action,
      resource,
      identity: [rendered['permissions']],
      context: { 'ecs:cluster': `arn:aws:ecs:${REGION}:${WORKLOAD}:cluster/sallyport-sessions`, ...tags },
    }).decision;

  test('stopping everything is every single stop: rights, ways out, who is inside, what could begin anew, hosts', () => {
    const parts = ['roles', 'outside', 'sessions', 'tasks', 'gateway', 'launches', 'hosts'];
    assert.deepEqual(
      [...documents.keys()].sort(),
      ['resume', 'stop-everything', ...parts.map((part) => `stop-${part}`)].sort(),
    );
    assert.deepEqual(
      document('stop-everything').steps,
      parts.flatMap((part) => document(`stop-${part}`).steps),
    );
  });

  test('without gateway, sessions in containers and subnets there is still something to stop', () => {
    const names = Object.keys(least['automations'] ?? {});
    assert.deepEqual(names.sort(), [
      'resume',
      'stop-everything',
      'stop-hosts',
      'stop-launches',
      'stop-roles',
      'stop-sessions',
    ]);
  });

  test('ways out are cut before anybody is told to stop, and the way of the log last of all', () => {
    assert.deepEqual(
      document('stop-everything').steps.map(({ name }) => name.split('_')[0]),
      [
        'DenyRole',
        'DenyRole',
        'CutOutside',
        'IsolateElsewhere',
        'EndSessions',
        'StopTasks',
        'StopGateway',
        'StopGateway',
        'HoldGroups',
        'AwaitDelivery',
        'CutSubnets',
        'IsolateHosts',
      ],
    );
  });

  for (const { name, variables } of [
    { name: 'where no time is given', variables: { ...WHOLE, delivery_seconds: 0 } },
    { name: 'where no subnet is cut off, so that the way out would be open meanwhile', variables: LEAST },
  ])
    test(`nobody is waited for ${name}`, async () => {
      const { automations } = await renderDocuments('kill-switch', variables);
      const { steps } = readAutomation((automations as Readonly<Record<string, string>>)['stop-everything'] ?? '');
      assert.ok(steps.some((step) => step.name === 'IsolateHosts'));
      assert.ok(!steps.some((step) => step.name === 'AwaitDelivery'));
    });

  test('the largest deployment that is taken still fits, however many groups of hosts it has', async (t) => {
    const most = await renderDocuments('kill-switch', {
      ...WHOLE,
      name: 's'.repeat(21),
      role_names: Array.from({ length: 30 }, (_, at) => `${'r'.repeat(62)}${10 + at}`),
      gateway: {
        cluster_name: 'c'.repeat(255),
        service_names: Array.from({ length: 6 }, (_, at) => `${'s'.repeat(99)}${at}`),
      },
      session_cluster_name: 'd'.repeat(255),
      host_subnet_ids: Array.from({ length: 20 }, (_, at) => `subnet-0123456789abcde${10 + at}`),
      host_tag_key: 'k'.repeat(128),
    });
    const { automations, permissions } = most as unknown as {
      readonly automations: Readonly<Record<string, string>>;
      readonly permissions: string;
    };
    for (const [name, text] of Object.entries(automations)) {
      readAutomation(text);
      assert.ok(text.length <= 65_536, `${name}: ${text.length}`);
    }
    assert.ok(permissions.length <= 10_240, String(permissions.length));
    t.diagnostic(`infra: characters of the largest stop = ${automations['stop-everything']?.length}`);
    t.diagnostic(`infra: characters of the largest policy of the switch = ${permissions.length}`);
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
    assert.equal(world.size, 2 + 2);
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
      ['ecs:DescribeTasks', `arn:aws:ecs:${REGION}:${WORKLOAD}:task/another/a`],
      ['ec2:ModifyNetworkInterfaceAttribute', `arn:aws:ec2:${REGION}:${WORKLOAD}:security-group/sg-0fedcba9876543210`],
      ['ec2:ReplaceNetworkAclAssociation', `arn:aws:ec2:${REGION}:${WORKLOAD}:network-acl/acl-of-somebody`],
      ['ec2:TerminateInstances', `arn:aws:ec2:${REGION}:${WORKLOAD}:instance/i-1`],
      ['autoscaling:UpdateAutoScalingGroup', group({ AutoScalingGroupName: 'sallyport-alice' })],
      ['ssm:StartSession', '*'],
      ['s3:GetObject', 'arn:aws:s3:::records/x'],
    ] as const)
      assert.equal(judge(action, resource), 'implicitly denied', `${action} ${resource}`);
  });

  test('the switch holds groups that make hosts, and no other group', () => {
    for (const action of ['SuspendProcesses', 'ResumeProcesses', 'DetachInstances'])
      for (const { tags, want } of [
        { tags: OWNED, want: 'allowed' },
        { tags: {}, want: 'implicitly denied' },
      ])
        assert.equal(judge(`autoscaling:${action}`, group({ AutoScalingGroupName: 'any' }), tags), want, action);
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
    assert.deepEqual([first.approvers, first.topic], [[SECURITY], TOPIC]);
    assert.ok(rest.length > 0 && rest.every(({ onFailure }) => onFailure === 'Abort'));
    const seen: string[] = [];
    const ended = await runAutomation(document('resume'), ({ name, action }) => {
      seen.push(name);
      if (action === 'aws:approve') throw new Error('rejected');
    });
    assert.deepEqual({ seen, status: ended.status }, { seen: [first.name], status: 'Failed' });
  });

  test('the switch tells the approvers, over no other topic and never in plain text', () => {
    const tell = (topic: string, isSecure = 'true'): string =>
      evaluate({
        principal: KILL_SWITCH,
        action: 'sns:Publish',
        resource: topic,
        identity: [rendered['permissions']],
        context: { 'aws:SecureTransport': isSecure },
        resourcePolicy: rendered['topic_policy'],
      }).decision;
    assert.equal(TOPIC.split(':').at(-1), rendered['topic_name']);
    assert.equal(tell(TOPIC), 'allowed');
    assert.equal(tell(TOPIC, 'false'), 'explicitly denied');
    assert.equal(tell(TOPIC.replace('Automation-sallyport-approvals', 'sallyport-alerts')), 'implicitly denied');
  });

  test('the switch uses the key of that topic, as its policy lets the account', async () => {
    const { logs } = await keyPolicies('workload');
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
      const context = { 'kms:ViaService': `sns.${REGION}.amazonaws.com` };
      const use = { principal: KILL_SWITCH, action, resource: TOPIC_KEY, context, resourcePolicy: logs };
      assert.equal(evaluate({ ...use, identity: [rendered['permissions']] }).decision, 'allowed');
      assert.equal(evaluate({ ...use, identity: [least['permissions']] }).decision, 'implicitly denied');
    }
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
        'ReleaseGroups',
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
      name: 'a wait that is longer than a script may run',
      variables: { delivery_seconds: 541 },
      error: /delivery_seconds must\s+be/u,
    },
    {
      name: 'services that no step could be named after',
      variables: { gateway: { cluster_name: 'c', service_names: ['s'.repeat(101)] } },
      error: /gateway must\s+name/u,
    },
    {
      name: 'more subnets than its policy has room for',
      variables: { host_subnet_ids: Array.from({ length: 21 }, () => SUBNET) },
      error: /host_subnet_ids must\s+be/u,
    },
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

    for (const { name, step, found, want } of [
      { name: 'a subnet that is cut off already is left so', step: 'CutSubnets', found: CLOSED, want: 0 },
      { name: 'a subnet that drains is cut off in the end', step: 'CutSubnets', found: DRAINING, want: 1 },
      { name: 'a subnet is left the way of its log at first', step: 'CutOutside', found: OPEN, want: 1 },
      { name: 'a subnet that drains already is left so', step: 'CutOutside', found: DRAINING, want: 0 },
      {
        name: 'a second stop does not open again what the first cut off',
        step: 'CutOutside',
        found: CLOSED,
        want: 0,
      },
    ])
      test(name, () => {
        const answers = {
          'ec2.describe_network_acls': [
            {
              NetworkAcls: [
                { NetworkAclId: found, Associations: [{ NetworkAclAssociationId: 'aclassoc-3', SubnetId: SUBNET }] },
              ],
            },
          ],
        };
        const { returned, calls } = runScript(script('stop-everything', step), { answers });
        assert.deepEqual(returned, { done: want });
        for (const inputs of inputsOf(calls, 'ec2.replace_network_acl_association'))
          assert.deepEqual(inputs, {
            AssociationId: 'aclassoc-3',
            NetworkAclId: step === 'CutOutside' ? DRAINING : CLOSED,
          });
        allow(calls);
      });

    test('a host with an interface elsewhere loses that one at once', () => {
      const { calls } = runScript(script('stop-outside', 'IsolateElsewhere'), { answers: ANSWERS });
      assert.deepEqual(inputsOf(calls, 'ec2.modify_network_interface_attribute'), [
        { NetworkInterfaceId: 'eni-2', Groups: [ISOLATION] },
      ]);
      allow(calls);
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

    for (const { automation, step, call } of [
      { automation: 'stop-launches', step: 'HoldGroups', call: 'suspend_processes' },
      { automation: 'resume', step: 'ReleaseGroups', call: 'resume_processes' },
    ]) {
      test(`groups are found by their tag, on whatever page they are: ${step}`, () => {
        const { returned, calls } = runScript(script(automation, step), { answers: ANSWERS });
        assert.deepEqual(returned, { done: 3 });
        assert.deepEqual(
          inputsOf(calls, `autoscaling.${call}`),
          ['alice', 'bob', 'carol'].map((name) => ({
            AutoScalingGroupName: `sallyport-${name}`,
            ScalingProcesses: [
              'Launch',
              'Terminate',
              'HealthCheck',
              'ReplaceUnhealthy',
              'AZRebalance',
              'ScheduledActions',
            ],
          })),
        );
        assert.deepEqual(inputsOf(calls, 'autoscaling.describe_auto_scaling_groups'), [
          { Filters: [{ Name: 'tag-key', Values: ['sallyport:owner'] }] },
        ]);
        allow(calls);
      });

      test(`a group that refuses keeps no other one: ${step}`, () => {
        const refused = [{ call: `autoscaling.${call}`, value: 'sallyport-alice' }];
        const { failed, calls } = runScript(script(automation, step), { answers: ANSWERS, refused });
        assert.equal(failed, '1 of 3 failed: sallyport-alice: refused');
        assert.equal(inputsOf(calls, `autoscaling.${call}`).length, 3);
      });
    }

    test('groups whose hosts are replaced are asked for by their tag, for AWS takes 50 names in one call', () => {
      const { calls } = runScript(script('resume', 'ReplaceHosts'), { answers: ANSWERS });
      assert.deepEqual(inputsOf(calls, 'autoscaling.describe_auto_scaling_groups'), [
        { Filters: [{ Name: 'tag-key', Values: ['sallyport:owner'] }] },
      ]);
    });

    describe('that waits for the log', () => {
      const NO_HOST = { 'ec2.describe_instances': [] };
      const listed = { 'ecs.list_tasks': ANSWERS['ecs.list_tasks'] };
      const told = (...statuses: readonly (readonly string[])[]): readonly unknown[] =>
        statuses.map((each) => ({
          tasks: each.map((lastStatus, at) => ({ taskArn: `task-${at}`, lastStatus })),
        }));
      const wait = (
        answers: Readonly<Record<string, readonly unknown[]>>,
        refused: NonNullable<Parameters<typeof runScript>[1]>['refused'] = [],
      ): ReturnType<typeof runScript> => {
        const run = runScript(script('stop-hosts', 'AwaitDelivery'), { answers, refused });
        allow(run.calls);
        return run;
      };

      test('ends at once where nobody is left', () => {
        const { returned, slept } = wait(NO_HOST);
        assert.deepEqual({ returned, slept }, { returned: { hosts: 0 }, slept: [] });
      });

      test('ends when the last task has stopped, and asks for those that were told to stop as for those that were not', () => {
        const { returned, slept, calls } = wait({
          ...NO_HOST,
          ...listed,
          'ecs.describe_tasks': told(['RUNNING', 'STOPPED'], ['DEPROVISIONING', 'STOPPED'], ['STOPPED', 'STOPPED']),
        });
        assert.deepEqual({ returned, slept }, { returned: { hosts: 0 }, slept: [5, 5] });
        const asked = inputsOf(calls, 'ecs.list_tasks') as readonly { readonly desiredStatus: string }[];
        assert.deepEqual(new Set(asked.map(({ desiredStatus }) => desiredStatus)), new Set(['RUNNING', 'STOPPED']));
      });

      test('ends in time with a task that does not stop, and says which', () => {
        const { failed, slept } = wait({ ...NO_HOST, ...listed, 'ecs.describe_tasks': told(['RUNNING', 'STOPPED']) });
        assert.equal(failed, '1 tasks had not stopped after 180 s: task-0');
        assert.equal(
          slept?.reduce((sum, one) => sum + one, 0),
          180,
        );
      });

      test('takes all of its time where there is a host, which cannot be asked', () => {
        const { returned, slept } = wait({ 'ec2.describe_instances': ANSWERS['ec2.describe_instances'] });
        assert.deepEqual(returned, { hosts: 2 });
        assert.equal(
          slept?.reduce((sum, one) => sum + one, 0),
          180,
        );
      });

      test('takes all of its time where it may not look, and says so', () => {
        const { failed, slept } = wait({ ...NO_HOST, ...listed }, [
          { call: 'ecs.describe_tasks', value: 'sallyport-sessions' },
        ]);
        assert.equal(failed, 'what had stopped after 180 s could not be seen: refused');
        assert.equal(slept?.length, 36);
      });

      test('is not tried again, for that would be to wait again', () => {
        const text = (rendered['automations'] as Readonly<Record<string, string>>)['stop-hosts'] ?? '';
        const { mainSteps } = JSON.parse(text) as {
          readonly mainSteps: readonly { readonly name: string; readonly maxAttempts: number }[];
        };
        assert.equal(mainSteps.find(({ name }) => name === 'AwaitDelivery')?.maxAttempts, 1);
      });

      test('asks for no more tasks in one call than AWS takes', () => {
        const taskArns = Array.from(
          { length: 250 },
          (_, at) => `arn:aws:ecs:${REGION}:${WORKLOAD}:task/sallyport-sessions/${at}`,
        );
        const { calls } = wait({
          ...NO_HOST,
          'ecs.list_tasks': [{ taskArns }],
          'ecs.describe_tasks': told(['STOPPED']),
        });
        const asked = inputsOf(calls, 'ecs.describe_tasks') as readonly { readonly tasks: readonly string[] }[];
        assert.ok(asked.every(({ tasks }) => tasks.length <= 100));
        assert.equal(asked.length, 5);
      });
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
