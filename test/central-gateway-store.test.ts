import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseRecordsKey } from '../src/core/store-layout.ts';
import { scriptedAws } from '../src/deliver/aws/scripted-aws.ts';
import { stsAnswer } from '../src/deliver/aws/scripted-sts.ts';
import { startScriptedModel } from '../src/drill/index.ts';
import { centralPolicy, startCentral } from './central-gateway-process.ts';
import type { Central } from './central-gateway-process.ts';
import { sallyport, sallyportBeside } from './daemon-process.ts';
import { scriptedS3 } from './scripted-s3.ts';
import type { ScriptedS3 } from './scripted-s3.ts';

// The log of a central gateway outlives its tasks, each of which AWS knows by another name.

const BUCKET = 'the-vault';
/** Whom STS would name: another one each time that it is asked. */
const taskOf = (place: number): string => `AROATASKROLEEXAMPLE00:${String(place).padStart(32, '0')}`;

function policyFor({ endpoint }: ScriptedS3): string {
  const place = `bucket: ${BUCKET}, region: us-east-1, prefix: 'logs/{identity}/{log}', endpoint: '${endpoint}'`;
  return centralPolicy(undefined, `audit: { deliver: [{ name: store, to: s3, ${place}, required: true }] }`);
}

/** The first records of the objects that hold records. */
function beginnings(keys: Iterable<string>): readonly number[] {
  return [...keys].flatMap((key) => parseRecordsKey(key.slice(key.indexOf('/records/') + 1))?.firstIndex ?? []);
}

async function ended(central: Central): Promise<void> {
  assert.deepEqual(await central.end('SIGTERM'), { code: 0, signal: null }, central.errors());
}

test('a log has one store whichever task keeps it: STS is not asked, and a second gateway goes on where the first ended', async (t) => {
  const model = await startScriptedModel({ script: () => ({ text: 'hello' }) });
  t.after(() => model.close());
  const bucket = await scriptedS3(t, BUCKET);
  const sts = await scriptedAws(t, (_, place) => stsAnswer(taskOf(place)));
  const first = await startCentral(t, model.url, {
    policy: policyFor(bucket),
    env: { AWS_ENDPOINT_URL_STS: sts.endpoint },
    words: ({ policyFile }) => ['--policy', policyFile, '--store-name', 'gateway'],
  });
  await ended(first);
  const before = new Map(bucket.objects);
  const places = [...before.keys()].map((key) => key.split('/').slice(0, 3).join('/'));
  assert.deepEqual([...new Set(places)], ['logs/gateway/sallyport']);
  assert.ok(beginnings(before.keys()).includes(0));

  const second = await first.again();
  await ended(second);
  assert.deepEqual(sts.seen, []);
  const added = [...bucket.objects.keys()].filter((key) => !before.has(key));
  assert.ok(added.length > 0 && added.every((key) => key.startsWith('logs/gateway/sallyport/')));
  assert.ok(beginnings(added).length > 0 && !beginnings(added).includes(0), 'nothing is delivered anew');
  for (const [key, bytes] of before)
    if (!key.endsWith('/checkpoint')) assert.deepEqual(bucket.objects.get(key), bytes, key);
  const log = sallyport(second.home, ['audit', 'tail', '-n', '1000', '--json']).stdout.trim().split('\n');
  const events = log.map((line) => (JSON.parse(line) as { readonly body: { readonly event?: string } }).body.event);
  assert.equal(events.filter((event) => event === 'delivery-sink-added').length, 1);
  assert.ok(!events.includes('delivery-target-changed'));

  const newest = [...before.keys()].find((key) => key.endsWith('/checkpoint')) ?? assert.fail('no checkpoint');
  const store = `s3://${BUCKET}/${newest.slice(0, -'/checkpoint'.length)}`;
  const place = ['--region', 'us-east-1', '--endpoint', bucket.endpoint];
  const key = ['--key', join(second.home.state, 'audit', 'log.vkey')];
  const words = ['audit', 'verify', store, ...place, ...key, '--json'];
  const ran = await sallyportBeside(second.home, words, { cwd: second.home.folder });
  assert.equal(ran.status, 0, ran.stderr);
  const { ok, records } = JSON.parse(ran.stdout) as { readonly ok: boolean; readonly records: number };
  assert.deepEqual([ok, records], [true, log.length]);
});

test('without a name the store is that of the task, as on a host', async (t) => {
  const model = await startScriptedModel({ script: () => ({ text: 'hello' }) });
  t.after(() => model.close());
  const bucket = await scriptedS3(t, BUCKET);
  const sts = await scriptedAws(t, () => stsAnswer(taskOf(7)));
  const env = { AWS_ENDPOINT_URL_STS: sts.endpoint };
  await ended(await startCentral(t, model.url, { policy: policyFor(bucket), env }));
  assert.ok(bucket.objects.size > 0);
  for (const key of bucket.objects.keys()) assert.ok(key.startsWith(`logs/${taskOf(7)}/sallyport/`), key);
});
