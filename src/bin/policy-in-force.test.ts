import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileBundle } from '../compile/index.ts';
import type { Bundle } from '../compile/index.ts';
import { BundleRefused, PolicyInvalid, StateFolder } from '../core/error.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { parseLayers } from '../policy/index.ts';
import { inForceOf, sha256 } from './load-policy.ts';
import type { InForce } from './load-policy.ts';
import { policyInForce } from './policy-in-force.ts';
import type { PolicyPorts } from './policy-in-force.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const ENDS_MS = Date.UTC(2026, 0, 2);

const EXCEPTION = `
version: 1
name: release
layer: exception
exception:
  owner: alice@example.com
  reason: The release is pushed once.
  ticket: OPS-1
  expires: 2026-01-01
  lifts: [{ rule: git/push, run: ['git push origin v1'] }]
`;

function policy(name: string, exception?: string): InForce {
  const base = `version: 1\nname: ${name}\ncommands: { deny: [{ id: git/push, run: ['git push'], reason: No. }] }\n`;
  const texts = [base, ...(exception === undefined ? [] : [exception])];
  const result = parseLayers(
    texts.map((text, index) => ({ file: `${index}.yaml`, bytes: Buffer.from(text) })),
    NOW_MS,
  );
  assert.ok(result.ok, JSON.stringify(result));
  return inForceOf(compileBundle(result.policy, sha256), '/state', `${name}.yaml`, null);
}

type Failing = 'prepare' | 'store' | 'record';

interface Rig {
  readonly ports: PolicyPorts;
  /** What the ports were asked for, in order. */
  readonly calls: string[];
  readonly errors: string[];
  nowMs: number;
  failing: Failing | null;
}

function rig(): Rig {
  const made: Rig = {
    calls: [],
    errors: [],
    nowMs: NOW_MS,
    failing: null,
    ports: {
      prepare: () => {
        if (made.failing === 'prepare') throw new TypeError('no detector can be made of it');
      },
      record: async (event: string, body: JsonObject) => {
        await Promise.resolve();
        if (made.failing === 'record') throw new Error('no space left');
        made.calls.push(`record ${event} ${stringField(body, 'name') ?? stringField(body, 'code')}`);
      },
      store: (bundle: Bundle) => {
        if (made.failing === 'store') throw new StateFolder('the folder is read-only', { hint: 'mend it' });
        made.calls.push(`store ${bundle.policy.name}`);
      },
      clock: () => made.nowMs,
      moment: () => made.nowMs,
      logError: (line) => made.errors.push(line),
    },
  };
  return made;
}

function sourceOf(first: InForce, ...later: readonly (InForce | Error)[]): Parameters<typeof policyInForce>[0] {
  const left = [...later];
  return {
    start: () => ({ inForce: first, refused: null }),
    load: () => {
      const next = left.shift();
      if (next === undefined || next instanceof Error) throw next ?? new Error('nothing more to load');
      return next;
    },
  };
}

const nameOf = ({ current }: { readonly current: InForce }): string => current.bundle.policy.name;

test('a policy is in force once its record is durable', async () => {
  const { ports, calls } = rig();
  const policies = await policyInForce(sourceOf(policy('first'), policy('second')), ports);
  const done = policies.reload();
  assert.equal(nameOf(policies), 'first');
  await done;
  assert.equal(nameOf(policies), 'second');
  assert.deepEqual(calls, ['store first', 'record in-force first', 'store second', 'record in-force second']);
});

const SAID: Readonly<Record<Failing, RegExp>> = {
  prepare: /no detector/,
  store: /read-only/,
  record: /no space left/,
};

for (const failing of ['prepare', 'store', 'record'] as const) {
  test(`where the ${failing} fails, the policy of before stays in force and the refusal says why`, async () => {
    const made = rig();
    const policies = await policyInForce(sourceOf(policy('first'), policy('second'), policy('third')), made.ports);
    made.failing = failing;
    await assert.rejects(policies.reload(), SAID[failing]);
    assert.equal(nameOf(policies), 'first');
    assert.match(policies.refused?.reason ?? '', SAID[failing]);
    made.failing = null;
    await policies.reload();
    assert.equal(nameOf(policies), 'third');
    assert.equal(policies.refused, null);
  });
}

test('a log that does not take the refusal does not hide what was refused', async () => {
  const made = rig();
  const refusal = new BundleRefused('BUNDLE_ROLLBACK', 'its sequence is not above the last one', {
    hint: 'sign a newer one',
  });
  const policies = await policyInForce(sourceOf(policy('first'), refusal), made.ports);
  made.failing = 'record';
  await assert.rejects(policies.reload(), (error) => error === refusal);
  assert.match(made.errors.join('\n'), /a refused policy is not in the log: Error: no space left/);
});

test('a start that is refused leaves its record and fails with the reason', async () => {
  const made = rig();
  const refusal = new BundleRefused('BUNDLE_UNSIGNED', 'it is not signed', { hint: 'sign it' });
  const source = {
    start: () => {
      throw refusal;
    },
    load: () => policy('never'),
  };
  await assert.rejects(policyInForce(source, made.ports), (error) => error === refusal);
  assert.deepEqual(made.calls, [`record refused ${refusal.code}`]);
});

test('a policy that cannot be made ready does not start anything, with a record and a reason', async () => {
  const made = rig();
  made.failing = 'prepare';
  await assert.rejects(policyInForce(sourceOf(policy('first')), made.ports), PolicyInvalid);
  assert.deepEqual(made.calls, ['record refused POLICY_INVALID']);
});

test('reloads that are asked for at once are carried out one after the other', async () => {
  const made = rig();
  const policies = await policyInForce(
    sourceOf(policy('first'), policy('second'), new Error('unreadable'), policy('third')),
    made.ports,
  );
  const settled = await Promise.allSettled([policies.reload(), policies.reload(), policies.reload()]);
  assert.deepEqual(
    settled.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal(nameOf(policies), 'third');
  assert.equal(policies.refused, null);
  assert.deepEqual(made.calls.slice(2), [
    'store second',
    'record in-force second',
    'store second',
    'record refused DAEMON_FAILED',
    'store third',
    'record in-force third',
  ]);
});

test('the end of an exception is written down once, and again where its record failed', async () => {
  const made = rig();
  const policies = await policyInForce(sourceOf(policy('first', EXCEPTION)), made.ports);
  await policies.recordEnded();
  made.nowMs = ENDS_MS;
  made.failing = 'record';
  await policies.recordEnded();
  assert.match(made.errors.join('\n'), /the end of exception release is not in the log yet/);
  made.failing = null;
  await Promise.all([policies.recordEnded(), policies.recordEnded()]);
  await policies.recordEnded();
  assert.deepEqual(
    made.calls.filter((call) => call.includes('exception-ended')),
    ['record exception-ended release'],
  );
});

test('the exceptions of a policy that did not come into force are not followed', async () => {
  const made = rig();
  const policies = await policyInForce(sourceOf(policy('first'), policy('second', EXCEPTION)), made.ports);
  made.failing = 'record';
  await assert.rejects(policies.reload());
  made.failing = null;
  made.nowMs = ENDS_MS;
  await policies.recordEnded();
  assert.deepEqual(made.calls, ['store first', 'record in-force first', 'store second', 'store first']);
});
