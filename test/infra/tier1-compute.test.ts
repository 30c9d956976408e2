import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { program } from '../../src/cli/program.ts';
import { readConfiguration } from './lib/hcl.ts';
import { evaluate } from './lib/iam.ts';
import type { IamRequest } from './lib/iam.ts';
import { execute } from './lib/state-machine.ts';
import type { Answer, Call, StateMachine } from './lib/state-machine.ts';
import { renderDocuments, terraformSkip } from './lib/terraform.ts';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role`;
const DIGEST = 'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
const IMAGE = `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/sallyport/gateway@${DIGEST}`;
const BUNDLE = { bucket: 'example-artifacts', key: 'policy/hosts.json', public_key: 'PUBLIC', kms_key_arn: null };
const PLACE = { name: 'sallyport', region: 'eu-central-1', account_id: ACCOUNT };
const STATE = `arn:aws:elasticfilesystem:eu-central-1:${ACCOUNT}:file-system/fs-0123456789abcdef0`;
const POINT = `arn:aws:elasticfilesystem:eu-central-1:${ACCOUNT}:access-point/fsap-0123456789abcdef0`;

interface Container {
  readonly name: string;
  readonly user: string;
  readonly command?: readonly string[];
  readonly entryPoint?: readonly string[];
  readonly healthCheck?: { readonly command: readonly string[] };
  readonly logConfiguration: { readonly options: Readonly<Record<string, string>> };
  readonly readonlyRootFilesystem: boolean;
  readonly privileged: boolean;
  readonly secrets?: unknown;
  readonly linuxParameters: { readonly capabilities: { readonly drop: readonly string[]; readonly add?: unknown } };
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly mountPoints: readonly {
    readonly sourceVolume: string;
    readonly containerPath: string;
    readonly readOnly: boolean;
  }[];
}

interface Case extends Omit<IamRequest, 'principal'> {
  readonly name: string;
  readonly want: 'allowed' | 'implicitly denied' | 'explicitly denied';
  readonly principal?: string;
}

function judge(cases: readonly Case[], common: Partial<IamRequest> & { readonly principal: string }): void {
  for (const { name, want, ...request } of cases) {
    assert.equal(evaluate({ ...common, ...request }).decision, want, name);
  }
}

function json(document: unknown): unknown {
  return JSON.parse(String(document));
}

function assertHardened(containers: readonly Container[]): void {
  for (const container of containers) {
    assert.equal(container.readonlyRootFilesystem, true, container.name);
    assert.equal(container.privileged, false, container.name);
    assert.deepEqual(container.linuxParameters.capabilities, { drop: ['ALL'] }, container.name);
    assert.match(container.user, /^[1-9]\d{3,}:[1-9]\d{3,}$/u, container.name);
    assert.equal(container.secrets, undefined, container.name);
  }
}

describe('the gateway', { skip: terraformSkip() }, async () => {
  const documents = terraformSkip() === false ? await gatewayDocuments() : {};
  const principal = `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-gateway-task/0123456789abcdef`;

  test('its role delivers its log, pulls its bundle, and may do nothing else', () => {
    judge(
      [
        {
          name: 'its stream',
          action: 'firehose:PutRecordBatch',
          resource: `arn:aws:firehose:eu-central-1:${ACCOUNT}:deliverystream/sallyport-audit`,
          want: 'allowed',
        },
        {
          name: 'another stream',
          action: 'firehose:PutRecordBatch',
          resource: `arn:aws:firehose:eu-central-1:${ACCOUNT}:deliverystream/sallyport-sessions`,
          want: 'implicitly denied',
        },
        {
          name: 'its bundle',
          action: 's3:GetObject',
          resource: 'arn:aws:s3:::example-artifacts/policy/hosts.json',
          want: 'allowed',
        },
        {
          name: 'a bundle that it would have written itself',
          action: 's3:PutObject',
          resource: 'arn:aws:s3:::example-artifacts/policy/hosts.json',
          want: 'implicitly denied',
        },
        {
          name: 'another object',
          action: 's3:GetObject',
          resource: 'arn:aws:s3:::example-artifacts/policy/hosts.json.old',
          want: 'implicitly denied',
        },
        {
          name: 'a model: that right comes from the policy, by the module bedrock',
          action: 'bedrock:InvokeModel',
          resource: 'arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-opus-4-1-20250805-v1:0',
          want: 'implicitly denied',
        },
        { name: 'another role', action: 'sts:AssumeRole', resource: `${ROLE}/admin`, want: 'implicitly denied' },
      ],
      { principal, identity: [documents['task']] },
    );
  });

  test('its state is mounted through an access point, encrypted, and by nobody else', () => {
    const mount = {
      'elasticfilesystem:AccessedViaMountTarget': 'true',
      'elasticfilesystem:AccessPointArn': POINT,
      'aws:SecureTransport': 'true',
    };
    const resourcePolicy = documents['file_system'];
    judge(
      [
        {
          name: 'its own mount',
          action: 'elasticfilesystem:ClientWrite',
          resource: STATE,
          context: mount,
          want: 'allowed',
        },
        {
          name: 'without encryption',
          action: 'elasticfilesystem:ClientMount',
          resource: STATE,
          context: { ...mount, 'aws:SecureTransport': 'false' },
          want: 'explicitly denied',
        },
        {
          name: 'past the access points',
          action: 'elasticfilesystem:ClientMount',
          resource: STATE,
          context: { 'elasticfilesystem:AccessedViaMountTarget': 'true', 'aws:SecureTransport': 'true' },
          want: 'implicitly denied',
        },
        {
          name: 'as root',
          action: 'elasticfilesystem:ClientRootAccess',
          resource: STATE,
          context: mount,
          want: 'explicitly denied',
        },
      ],
      { principal, identity: [documents['state']], resourcePolicy },
    );
    const host = evaluate({
      action: 'elasticfilesystem:ClientMount',
      resource: STATE,
      principal: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-workstation/i-0123456789abcdef0`,
      context: mount,
      resourcePolicy,
    });
    assert.equal(host.decision, 'implicitly denied');
  });

  test('I9: only tasks of its own account become its roles', () => {
    const trusted = (sourceAccount: string, principal = 'ecs-tasks.amazonaws.com'): string =>
      evaluate({
        action: 'sts:AssumeRole',
        resource: `${ROLE}/sallyport-gateway-task`,
        principal,
        context: {
          'aws:SourceAccount': sourceAccount,
          'aws:SourceArn': `arn:aws:ecs:eu-central-1:${sourceAccount}:task/sallyport-gateway/0123456789abcdef`,
        },
        resourcePolicy: documents['trust'],
      }).decision;
    assert.equal(trusted(ACCOUNT), 'allowed');
    assert.equal(trusted('999999999999'), 'implicitly denied');
    assert.equal(trusted(ACCOUNT, 'ec2.amazonaws.com'), 'implicitly denied');
  });

  test('its container has no shell to open, no right that it does not need, and no secret', () => {
    const [container, ...others] = json(documents['containers']) as readonly Container[];
    assert.ok(container !== undefined);
    assert.deepEqual(others, []);
    assertHardened([container]);
    assert.deepEqual(container.command, [
      'gateway',
      '--listen',
      '0.0.0.0:8443',
      '--name',
      'gateway.agents.example.com',
      '--allow-role',
      `${ROLE}/sallyport-workstation`,
      '--allow-role',
      `${ROLE}/sallyport-session-task`,
    ]);
    assert.deepEqual(
      container.mountPoints.map(({ containerPath }) => containerPath),
      ['/var/lib/sallyport', '/run/sallyport'],
    );
  });

  test('ECS pulls the one repository and writes the one log group for it', () => {
    judge(
      [
        {
          name: 'the image',
          action: 'ecr:BatchGetImage',
          resource: `arn:aws:ecr:eu-central-1:${ACCOUNT}:repository/sallyport/gateway`,
          want: 'allowed',
        },
        {
          name: 'another image',
          action: 'ecr:BatchGetImage',
          resource: `arn:aws:ecr:eu-central-1:${ACCOUNT}:repository/sallyport/session`,
          want: 'implicitly denied',
        },
        {
          name: 'a secret',
          action: 'secretsmanager:GetSecretValue',
          resource: `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:x`,
          want: 'implicitly denied',
        },
      ],
      {
        principal: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-gateway-execution/x`,
        identity: [documents['execution']],
      },
    );
  });
});

describe('the witness', { skip: terraformSkip() }, async () => {
  const documents = terraformSkip() === false ? await witnessDocuments() : {};

  test('its containers are hardened, and a key is made before it starts', () => {
    const containers = json(documents['containers']) as readonly (Container & {
      readonly essential: boolean;
      readonly dependsOn?: unknown;
    })[];
    assertHardened(containers);
    assert.deepEqual(
      containers.map(({ name, essential }) => [name, essential]),
      [
        ['keygen', false],
        ['witness', true],
      ],
    );
    assert.deepEqual(containers[1]?.dependsOn, [{ containerName: 'keygen', condition: 'COMPLETE' }]);
    assert.deepEqual(containers[1]?.command?.slice(-4), ['--log', 'log/one+1+A', '--log', 'log/two+2+B']);
  });

  test('its role may mount what it remembers and nothing else', () => {
    judge(
      [
        {
          name: 'its memory',
          action: 'elasticfilesystem:ClientWrite',
          resource: STATE,
          context: { 'elasticfilesystem:AccessPointArn': POINT },
          want: 'allowed',
        },
        {
          name: 'the log that it witnesses',
          action: 's3:GetObject',
          resource: 'arn:aws:s3:::sallyport-audit-444455556666/x',
          want: 'implicitly denied',
        },
      ],
      { principal: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-witness-task/x`, identity: [documents['task']] },
    );
  });
});

describe('an ephemeral session', { skip: terraformSkip() }, async () => {
  const documents = terraformSkip() === false ? await sessionDocuments() : {};
  const cluster = `arn:aws:ecs:eu-central-1:${ACCOUNT}:cluster/sallyport-sessions`;
  const task = `arn:aws:ecs:eu-central-1:${ACCOUNT}:task/sallyport-sessions/0123456789abcdef0123456789abcdef`;
  const machine = `arn:aws:states:eu-central-1:${ACCOUNT}:stateMachine:sallyport-session-ada`;
  const ada = { 'aws:PrincipalTag/sallyport:owner': 'ada@example.com' };
  const own = { ...ada, 'aws:ResourceTag/sallyport:owner': 'ada@example.com' };
  const others = { ...ada, 'aws:ResourceTag/sallyport:owner': 'grace@example.com' };
  const developer = {
    principal: `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_developer_0123456789abcdef/ada@example.com`,
  };

  test('I6: a developer attaches to his own sessions, by the tag of his own session and not of a shared role', () => {
    const attach = (context: Readonly<Record<string, string>>, container = 'session'): Omit<Case, 'name' | 'want'> => ({
      action: 'ecs:ExecuteCommand',
      resource: task,
      context: { ...context, 'ecs:container-name': container, 'ecs:cluster': cluster },
    });
    judge(
      [
        { name: 'his own', ...attach(own), want: 'allowed' },
        { name: 'another one’s', ...attach(others), want: 'implicitly denied' },
        { name: 'the guard beside his own', ...attach(own, 'guard'), want: 'implicitly denied' },
        {
          name: 'without an attribute',
          ...attach({ 'aws:ResourceTag/sallyport:owner': 'ada@example.com' }),
          want: 'implicitly denied',
        },
        {
          name: 'a task without a tag, without an attribute',
          ...attach({}),
          want: 'implicitly denied',
        },
        {
          name: 'a task of another cluster',
          ...attach(own),
          resource: `arn:aws:ecs:eu-central-1:${ACCOUNT}:task/sallyport-gateway/0123456789abcdef0123456789abcdef`,
          want: 'implicitly denied',
        },
        {
          name: 'the cluster, which ECS asks about as well',
          ...attach(ada),
          resource: cluster,
          want: 'allowed',
        },
      ],
      { ...developer, identity: [documents['developer']] },
    );
  });

  test('a developer starts and ends his own sessions, and none of another', () => {
    judge(
      [
        { name: 'start his own', action: 'states:StartExecution', resource: machine, context: own, want: 'allowed' },
        {
          name: 'start another one’s',
          action: 'states:StartExecution',
          resource: machine,
          context: others,
          want: 'implicitly denied',
        },
        { name: 'end his own', action: 'ecs:StopTask', resource: task, context: own, want: 'allowed' },
        {
          name: 'end another one’s',
          action: 'ecs:StopTask',
          resource: task,
          context: others,
          want: 'implicitly denied',
        },
        {
          name: 'keep his own from being ended',
          action: 'states:StopExecution',
          resource: `arn:aws:states:eu-central-1:${ACCOUNT}:execution:sallyport-session-ada:1`,
          context: own,
          want: 'implicitly denied',
        },
      ],
      { ...developer, identity: [documents['developer']] },
    );
  });

  test('A7: no right of another policy gets a developer past the start, the tags or ECS Exec', () => {
    const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
    judge(
      [
        {
          name: 'a task with a command of his own',
          action: 'ecs:RunTask',
          resource: `arn:aws:ecs:eu-central-1:${ACCOUNT}:task-definition/sallyport-session:1`,
          context: { ...own, 'ecs:cluster': cluster },
          want: 'explicitly denied',
        },
        {
          name: 'his tag on another task',
          action: 'ecs:TagResource',
          resource: task,
          context: ada,
          want: 'explicitly denied',
        },
        {
          name: 'a session past ECS Exec',
          action: 'ssm:StartSession',
          resource: task,
          context: own,
          want: 'explicitly denied',
        },
        {
          name: 'the role of sessions for a task elsewhere',
          action: 'iam:PassRole',
          resource: `${ROLE}/sallyport-session-task`,
          context: { ...ada, 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
          want: 'explicitly denied',
        },
        {
          name: 'another definition of his state machine',
          action: 'states:UpdateStateMachine',
          resource: machine,
          context: own,
          want: 'explicitly denied',
        },
      ],
      { ...developer, identity: [documents['developer'], everything] },
    );
  });

  test('I7: its role, which whoever is attached can use, reaches no model and no object but the bundle', () => {
    judge(
      [
        {
          name: 'a model',
          action: 'bedrock:InvokeModelWithResponseStream',
          resource: 'arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-opus-4-1-20250805-v1:0',
          want: 'implicitly denied',
        },
        {
          name: 'its log',
          action: 'firehose:PutRecord',
          resource: `arn:aws:firehose:eu-central-1:${ACCOUNT}:deliverystream/sallyport-audit`,
          want: 'allowed',
        },
        {
          name: 'the stream of recordings',
          action: 'firehose:PutRecord',
          resource: `arn:aws:firehose:eu-central-1:${ACCOUNT}:deliverystream/sallyport-sessions`,
          want: 'implicitly denied',
        },
        {
          name: 'an object of another bucket',
          action: 's3:PutObject',
          resource: 'arn:aws:s3:::elsewhere/x',
          want: 'implicitly denied',
        },
        { name: 'another task', action: 'ecs:RunTask', resource: '*', want: 'implicitly denied' },
        {
          name: 'the recording that was written',
          action: 'logs:DeleteLogStream',
          resource: `arn:aws:logs:eu-central-1:${ACCOUNT}:log-group:/sallyport/session-exec:log-stream:x`,
          want: 'implicitly denied',
        },
      ],
      { principal: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-session-task/x`, identity: [documents['task']] },
    );
  });

  test('what starts sessions starts nothing else, anywhere else, with another role', () => {
    const definition = `arn:aws:ecs:eu-central-1:${ACCOUNT}:task-definition/sallyport-session:7`;
    judge(
      [
        {
          name: 'a session',
          action: 'ecs:RunTask',
          resource: definition,
          context: { 'ecs:cluster': cluster },
          want: 'allowed',
        },
        {
          name: 'a session in another cluster',
          action: 'ecs:RunTask',
          resource: definition,
          context: { 'ecs:cluster': `arn:aws:ecs:eu-central-1:${ACCOUNT}:cluster/other` },
          want: 'implicitly denied',
        },
        {
          name: 'another definition',
          action: 'ecs:RunTask',
          resource: `arn:aws:ecs:eu-central-1:${ACCOUNT}:task-definition/sallyport-session-own:1`,
          context: { 'ecs:cluster': cluster },
          want: 'implicitly denied',
        },
        {
          name: 'the role of a session, for a task',
          action: 'iam:PassRole',
          resource: `${ROLE}/sallyport-session-task`,
          context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
          want: 'allowed',
        },
        {
          name: 'the role of the gateway',
          action: 'iam:PassRole',
          resource: `${ROLE}/sallyport-gateway-task`,
          context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
          want: 'implicitly denied',
        },
        {
          name: 'other tags on a task that runs',
          action: 'ecs:TagResource',
          resource: task,
          context: {},
          want: 'implicitly denied',
        },
      ],
      {
        principal: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-session-starter/x`,
        identity: [documents['starter']],
      },
    );
  });

  test('guard and session are hardened, and the session reads its settings and cannot write them', () => {
    const [guard, session] = json(documents['containers']) as readonly Container[];
    assert.ok(guard !== undefined && session !== undefined);
    assertHardened([guard, session]);
    assert.notEqual(guard.user, session.user);
    const mounts = (container: Container): readonly string[] =>
      container.mountPoints.map(
        ({ sourceVolume, containerPath, readOnly }) => `${sourceVolume} ${containerPath} ${readOnly ? 'ro' : 'rw'}`,
      );
    for (const readOnly of ['settings /etc/claude-code ro', 'run /run/sallyport ro']) {
      assert.ok(mounts(session).includes(readOnly), readOnly);
    }
    assert.equal(
      mounts(session).some((mount) => mount.startsWith('state ')),
      false,
    );
    const shared = (container: Container): readonly string[] =>
      mounts(container).filter((mount) => /^(?:doors|workspace) /u.test(mount));
    assert.deepEqual(shared(guard), shared(session));
    assert.deepEqual(
      guard.environment.map(({ name }) => name),
      ['AWS_REGION', 'SALLYPORT_BUNDLE_SOURCE', 'SALLYPORT_TRUST_KEY'],
    );
  });

  describe('its state machine', () => {
    const definition = (): StateMachine =>
      json((documents['state_machines'] as Readonly<Record<string, unknown>>)['ada']) as StateMachine;
    const started = { result: { Tasks: [{ TaskArn: task }], Failures: [] } };
    const status = (lastStatus: string): Answer => ({ result: { Tasks: [{ LastStatus: lastStatus }], Failures: [] } });
    const forgotten = { result: { Tasks: [], Failures: [{ Reason: 'MISSING' }] } };
    /** Each action answers its list in turn, and then its last answer for ever. */
    const run = (
      answers: Readonly<Record<string, readonly Answer[]>>,
      input: unknown = {},
    ): ReturnType<typeof execute> => {
      const asked = new Map<string, number>();
      return execute(definition(), input, ({ action }: Call) => {
        const turn = asked.get(action) ?? 0;
        asked.set(action, turn + 1);
        const list = answers[action] ?? [];
        return list[Math.min(turn, list.length - 1)] ?? { error: `${action} was not expected` };
      });
    };
    const none = { result: { TaskArns: [] } };

    test('starts one session with the tag of its owner and ends it after the policy’s time', () => {
      const { outcome, calls } = run({
        'ecs:listTasks': [none],
        'ecs:runTask': [started],
        'ecs:describeTasks': [status('RUNNING'), status('STOPPED')],
        'ecs:stopTask': [{ result: {} }],
      });
      assert.equal(outcome, 'succeeded');
      const [, start, look, stop] = calls;
      assert.deepEqual(start?.parameters['Tags'], [
        { Key: 'sallyport:owner', Value: 'ada@example.com' },
        { Key: 'sallyport:part', Value: 'session' },
      ]);
      assert.equal(start?.parameters['EnableExecuteCommand'], true);
      assert.deepEqual(look?.parameters['Tasks'], [task]);
      assert.equal(stop?.parameters['Task'], task);
      assert.equal(stop?.atSeconds, 480 * 60);
    });

    test('reads nothing of what it is given', () => {
      const hostile = { run: { Tasks: [{ TaskArn: 'x' }] }, count: { running: -1 }, Overrides: {}, Cluster: 'other' };
      const answers = {
        'ecs:listTasks': [none],
        'ecs:runTask': [started],
        'ecs:describeTasks': [status('RUNNING'), forgotten],
        'ecs:stopTask': [{ result: {} }],
      };
      assert.deepEqual(run(answers, hostile), run(answers));
    });

    test('refuses a second session beside the first', () => {
      const { outcome, calls } = run({ 'ecs:listTasks': [{ result: { TaskArns: [task] } }] });
      assert.deepEqual(outcome, { failed: 'SessionIsRunning' });
      assert.equal(calls.length, 1);
    });

    test('says so when no task was started', () => {
      const { outcome } = run({
        'ecs:listTasks': [none],
        'ecs:runTask': [{ result: { Tasks: [], Failures: [{ Reason: 'Capacity is unavailable' }] } }],
      });
      assert.deepEqual(outcome, { failed: 'SessionNotStarted' });
    });

    for (const { name, seen } of [
      { name: 'a session that ended an hour ago is none to end', seen: forgotten },
      { name: 'nor is one that ended just now', seen: status('STOPPED') },
    ]) {
      test(name, () => {
        const { outcome, calls } = run({
          'ecs:listTasks': [none],
          'ecs:runTask': [started],
          'ecs:describeTasks': [seen],
        });
        assert.equal(outcome, 'succeeded');
        assert.equal(
          calls.some(({ action }) => action === 'ecs:stopTask'),
          false,
        );
      });
    }

    for (const { name, stop } of [
      {
        name: 'one that cannot be ended is tried again until the time is over, which raises the alarm',
        stop: { error: 'x' },
      },
      { name: 'and so is one that stays although it was ended', stop: { result: {} } },
    ]) {
      test(name, () => {
        const { outcome, calls, seconds } = run({
          'ecs:listTasks': [none],
          'ecs:runTask': [started],
          'ecs:describeTasks': [status('RUNNING')],
          'ecs:stopTask': [stop],
        });
        assert.equal(outcome, 'timed out');
        assert.ok(calls.filter(({ action }) => action === 'ecs:stopTask').length >= 10);
        assert.ok(seconds <= 480 * 60 + 1_000);
      });
    }
  });
});

describe('tasks and the images that they run', { skip: terraformSkip() }, async () => {
  const root = join(import.meta.dirname, '../..');
  const isSkipped = terraformSkip() !== false;
  const containersOf = (documents: Readonly<Record<string, unknown>>): readonly Container[] =>
    json(documents['containers']) as readonly Container[];
  const gateway = isSkipped ? [] : containersOf(await gatewayDocuments());
  const witness = isSkipped ? [] : containersOf(await witnessDocuments());
  const session = isSkipped ? [] : containersOf(await sessionDocuments());
  const read = (path: string): string => readFileSync(join(root, 'infra/images', path), 'utf8');
  const sources = (folder: string): string =>
    ['bundle.mjs', ...readdirSync(join(root, 'infra/images', folder)).map((name) => `${folder}/${name}`)]
      .filter((path) => path.endsWith('.mjs'))
      .map(read)
      .join('\n');

  for (const { name, folder, containers } of [
    { name: 'the gateway', folder: 'gateway', containers: gateway },
    { name: 'a session', folder: 'session', containers: session },
  ]) {
    test(`every program that ${name} starts is in its image, and every variable is read there`, () => {
      for (const container of containers) {
        const started = [...(container.entryPoint ?? []), ...(container.healthCheck?.command ?? [])];
        for (const path of started.filter((word) => word.startsWith('/opt/sallyport/'))) {
          assert.ok(existsSync(join(root, path.slice('/opt/sallyport/'.length))), path);
        }
        for (const variable of container.environment) {
          // The AWS SDK reads its own.
          if (variable.name === 'AWS_REGION') continue;
          assert.ok(sources(folder).includes(variable.name), `${container.name}: ${variable.name}`);
        }
      }
    });

    test(`every folder that ${name} may write to has its owner from the image`, () => {
      const dockerfile = read(`${folder}/Dockerfile`);
      const volumes = JSON.parse(/^VOLUME (\[.*\])$/mu.exec(dockerfile)?.[1] ?? '[]') as readonly string[];
      for (const { containerPath, readOnly } of containers.flatMap(({ mountPoints }) => mountPoints)) {
        // The agent of ECS Exec runs as root.
        if (readOnly || (containerPath.startsWith('/var/l') && containerPath.endsWith('/amazon'))) continue;
        assert.ok(volumes.includes(containerPath), `${containerPath} is a volume of ${folder}/Dockerfile`);
      }
    });
  }

  test('the users of tasks are those of the images', () => {
    const users = (folder: string): readonly string[] => read(`${folder}/Dockerfile`).match(/^USER .+$/gmu) ?? [];
    assert.deepEqual(users('gateway'), [`USER ${gateway[0]?.user}`]);
    assert.deepEqual(users('session'), [`USER ${session[1]?.user}`]);
    assert.match(
      read('session/Dockerfile'),
      new RegExp(`-o ${session[0]?.user.replace(':', ' -g ')} /run/sallyport`, 'u'),
    );
  });

  test('no task waits for CloudWatch to take what it prints', () => {
    assert.deepEqual(
      [...gateway, ...session]
        .filter(({ logConfiguration }) => logConfiguration.options['mode'] !== 'non-blocking')
        .map(({ name }) => name),
      [],
    );
  });

  test('every command of a task is one that the command line knows', async () => {
    const limits = Object.fromEntries(
      ['requests-per-minute', 'requests-at-once', 'hosts', 'connections', 'body-mib', 'host-body-mib'].map((name) => [
        name,
        64,
      ]),
    );
    const limited = containersOf(await gatewayDocuments({ limits }));
    const storing = containersOf(await gatewayDocuments({ store: { bucket_arn: 'arn:aws:s3:::x', key_arn: 'y' } }));
    assert.ok(storing[0]?.command?.includes('--store-name'));
    assert.deepEqual(
      Object.keys(limits).filter((name) => !limited[0]?.command?.includes(`--${name}`)),
      [],
    );
    for (const { command = [] } of [...gateway, ...limited, ...storing, ...witness]) {
      const words = command.slice(
        0,
        command.findIndex((word) => word.startsWith('--')),
      );
      const found = words.reduce<Command | undefined>(
        (parent, word) => parent?.commands.find((child) => child.name() === word),
        program(() => undefined),
      );
      assert.ok(found !== undefined, words.join(' '));
      const known = found.options.map(({ long }) => long);
      for (const option of command.filter((word) => word.startsWith('--'))) assert.ok(known.includes(option), option);
    }
  });
});

describe('permissions boundaries', { skip: terraformSkip() }, async () => {
  const isSkipped = terraformSkip() !== false;
  const boundaries = isSkipped ? {} : await renderDocuments('identity/boundary', PLACE);
  const gateway = isSkipped ? {} : await gatewayDocuments();
  const session = isSkipped ? {} : await sessionDocuments();
  const cluster = `arn:aws:ecs:eu-central-1:${ACCOUNT}:cluster/sallyport-sessions`;
  const context = { 'aws:RequestedRegion': 'eu-central-1', 'aws:ResourceAccount': ACCOUNT };

  for (const { name, action, resource, identity, boundary, more = {} } of [
    {
      name: 'the gateway delivers its log',
      action: 'firehose:PutRecordBatch',
      resource: `arn:aws:firehose:eu-central-1:${ACCOUNT}:deliverystream/sallyport-audit`,
      identity: gateway['task'],
      boundary: 'service',
    },
    {
      name: 'the gateway mounts its state',
      action: 'elasticfilesystem:ClientWrite',
      resource: STATE,
      identity: gateway['state'],
      boundary: 'service',
      more: { 'elasticfilesystem:AccessPointArn': POINT },
    },
    {
      name: 'the gateway pulls its bundle',
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::example-artifacts/policy/hosts.json',
      identity: gateway['task'],
      boundary: 'service',
    },
    {
      name: 'ECS pulls the image',
      action: 'ecr:BatchGetImage',
      resource: `arn:aws:ecr:eu-central-1:${ACCOUNT}:repository/sallyport/gateway`,
      identity: gateway['execution'],
      boundary: 'service',
    },
    {
      name: 'a session can be attached to',
      action: 'ssmmessages:OpenDataChannel',
      resource: '*',
      identity: session['task'],
      boundary: 'host',
    },
    {
      name: 'a session is recorded',
      action: 'logs:PutLogEvents',
      resource: `arn:aws:logs:eu-central-1:${ACCOUNT}:log-group:/sallyport/session-exec:log-stream:x`,
      identity: session['task'],
      boundary: 'host',
    },
    {
      name: 'sessions are counted',
      action: 'ecs:ListTasks',
      resource: '*',
      identity: session['starter'],
      boundary: 'service',
      more: { 'ecs:cluster': cluster },
    },
    {
      name: 'a session is started',
      action: 'ecs:RunTask',
      resource: `arn:aws:ecs:eu-central-1:${ACCOUNT}:task-definition/sallyport-session:7`,
      identity: session['starter'],
      boundary: 'service',
      more: { 'ecs:cluster': cluster },
    },
    {
      name: 'a session is given its role',
      action: 'iam:PassRole',
      resource: `${ROLE}/sallyport-session-task`,
      identity: session['starter'],
      boundary: 'service',
      more: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    },
    {
      name: 'a session is seen to be gone',
      action: 'ecs:DescribeTasks',
      resource: `arn:aws:ecs:eu-central-1:${ACCOUNT}:task/sallyport-sessions/0123456789abcdef0123456789abcdef`,
      identity: session['starter'],
      boundary: 'service',
      more: { 'ecs:cluster': cluster },
    },
    {
      name: 'a session is ended',
      action: 'ecs:StopTask',
      resource: `arn:aws:ecs:eu-central-1:${ACCOUNT}:task/sallyport-sessions/0123456789abcdef0123456789abcdef`,
      identity: session['starter'],
      boundary: 'service',
      more: { 'ecs:cluster': cluster },
    },
  ]) {
    test(`${name}, within the boundary`, () => {
      const { decision, by } = evaluate({
        action,
        resource,
        principal: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-any/x`,
        context: { ...context, ...more },
        identity: [identity],
        boundary: boundaries[boundary],
      });
      assert.equal(decision, 'allowed', JSON.stringify(by));
    });
  }
});

for (const module of ['gateway', 'control-plane'])
  test(`the file system of ${module} gets its policy, which names a role, when that role is there`, async () => {
    const folder = join(import.meta.dirname, '../../infra/terraform/modules', module);
    const { resource } = await readConfiguration(folder);
    for (const [policy] of Object.values(resource['aws_efs_file_system_policy'] ?? {}))
      assert.ok((policy?.['depends_on'] as readonly string[] | undefined)?.includes('${aws_iam_role.task}'));
  });

describe('the examples', () => {
  const examples = join(import.meta.dirname, '../../infra/terraform/examples');

  for (const example of ['minimal', 'full']) {
    test(`the values of ${example} are those of its policy, byte for byte`, async () => {
      const committed = readFileSync(join(examples, example, 'sallyport.auto.tfvars.json'), 'utf8');
      assert.equal(committed, await compiled(join(examples, example, 'policy.yaml')));
    });
  }

  test('ephemeral sessions of full have the hosts, models and limits of its hosts', async () => {
    const policyOf = (text: string): Readonly<Record<string, unknown>> =>
      (JSON.parse(text) as { readonly policy: Readonly<Record<string, unknown>> }).policy;
    const given = readFileSync(join(examples, 'full', 'session-policy.json'), 'utf8');
    assert.equal(given, await compiled(join(examples, 'full', 'session-policy.yaml')));
    const { name, shape, ...sessions } = policyOf(given);
    const committed = readFileSync(join(examples, 'full', 'sallyport.auto.tfvars.json'), 'utf8');
    const { name: _name, shape: _shape, ...hosts } = policyOf(committed);
    assert.deepEqual([name, shape], ['agents-on-aws-sessions', 'container']);
    assert.deepEqual(sessions, hosts);
  });
});

/** What the command line writes for Terraform from a policy. */
async function compiled(policy: string): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), 'sallyport-example-'));
  try {
    const cli = join(import.meta.dirname, '../../src/bin/cli.ts');
    const args = [cli, 'policy', 'compile', policy, '--target', 'terraform', '--out', out];
    await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
    return readFileSync(join(out, 'terraform/sallyport.auto.tfvars.json'), 'utf8');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function gatewayDocuments(
  more: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  return await renderDocuments('gateway', {
    ...PLACE,
    hostname: 'gateway.agents.example.com',
    image: IMAGE,
    bundle: BUNDLE,
    allowed_role_arns: [`${ROLE}/sallyport-workstation`, `${ROLE}/sallyport-session-task`],
    audit_stream_name: 'sallyport-audit',
    log_group_name: '/sallyport/gateway',
    file_system_id: 'fs-0123456789abcdef0',
    access_point_arns: [POINT],
    ...more,
  });
}

async function witnessDocuments(): Promise<Readonly<Record<string, unknown>>> {
  return await renderDocuments('control-plane', {
    ...PLACE,
    witness: { name: 'witness.example/w1', image: IMAGE, logs: ['log/one+1+A', 'log/two+2+B'] },
    log_group_name: '/sallyport/witness',
    file_system_id: 'fs-0123456789abcdef0',
    access_point_arn: POINT,
  });
}

async function sessionDocuments(): Promise<Readonly<Record<string, unknown>>> {
  return await renderDocuments('ephemeral-session', {
    ...PLACE,
    image: IMAGE,
    bundle: { ...BUNDLE, key: 'policy/sessions.json' },
    audit_stream_name: 'sallyport-audit',
    sessions_stream_name: 'sallyport-sessions',
    sessions_key_arn: `arn:aws:kms:eu-central-1:${ACCOUNT}:key/00000000-0000-0000-0000-000000000001`,
    developers: { ada: { owner: 'ada@example.com' }, grace: { owner: 'grace@example.com' } },
    max_minutes: 480,
    detached_minutes: 15,
    network: { subnet_ids: ['subnet-0aaaaaaaaaaaaaaaa'], security_group_ids: ['sg-0aaaaaaaaaaaaaaaa'] },
  });
}
