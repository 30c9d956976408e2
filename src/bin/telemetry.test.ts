import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { FACTS, scriptedCollector } from '../telemetry/scripted-collector.ts';
import { startControlServer } from './control-server.ts';
import type { ControlPorts } from './control-server.ts';
import { policyTelemetry } from './telemetry.ts';

const OFF = { telemetry: { prometheus: false, otlp: null }, models: [] };
const PROMETHEUS = { telemetry: { prometheus: true, otlp: null }, models: [] };

function made(): { readonly telemetry: ReturnType<typeof policyTelemetry>; readonly lines: string[] } {
  const lines: string[] = [];
  return { telemetry: policyTelemetry({ version: '1', logError: (line) => lines.push(line) }), lines };
}

const counted = (text: string | null): number =>
  [...(text ?? '').matchAll(/^sallyport_gateway_requests_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );

test('without a word in the policy nothing is counted and nothing told', async () => {
  const { telemetry, lines } = made();
  telemetry.exchange(FACTS);
  await telemetry.follow(OFF);
  telemetry.exchange(FACTS);
  assert.equal(await telemetry.metrics(), null);
  await telemetry.close();
  assert.deepEqual(lines, []);
});

test('counts go on where a new policy says the same, and begin anew where it says another thing', async () => {
  const collector = await scriptedCollector();
  const { telemetry } = made();
  await telemetry.follow(PROMETHEUS);
  telemetry.exchange(FACTS);
  await telemetry.follow({ ...PROMETHEUS, models: ['claude-x-2'] });
  telemetry.exchange(FACTS);
  assert.equal(counted(await telemetry.metrics()), 2);
  await telemetry.follow({ telemetry: { prometheus: true, otlp: collector.url }, models: [] });
  telemetry.exchange(FACTS);
  assert.equal(counted(await telemetry.metrics()), 1);
  await telemetry.follow(OFF);
  assert.equal(await telemetry.metrics(), null);
  assert.equal(collector.spans().length, 1);
  await telemetry.close();
  collector.close();
});

test('changes are carried out one after the other, the last one holds', async () => {
  const { telemetry } = made();
  await Promise.all([telemetry.follow(PROMETHEUS), telemetry.follow(OFF), telemetry.follow(PROMETHEUS)]);
  telemetry.exchange(FACTS);
  assert.equal(counted(await telemetry.metrics()), 1);
  await telemetry.close();
  assert.equal(await telemetry.metrics(), null);
});

test('telemetry that cannot be started stops nothing', async () => {
  const { telemetry, lines } = made();
  await telemetry.follow({ telemetry: { prometheus: false, otlp: 'no url' }, models: [] });
  telemetry.exchange(FACTS);
  assert.equal(await telemetry.metrics(), null);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^telemetry could not be started: /);
  await telemetry.close();
});

for (const { name, metrics, want } of [
  {
    name: 'the control socket gives metrics as text',
    metrics: 'a_total 1\n',
    want: [200, 'text/plain; version=0.0.4; charset=utf-8', 'a_total 1\n'],
  },
  {
    name: 'where there are none it says so',
    metrics: null,
    want: [404, 'application/json', '{"error":"there is nothing here"}'],
  },
] as const) {
  test(name, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'control-'));
    const ports: Partial<ControlPorts> = { metrics: () => Promise.resolve(metrics), logError: () => undefined };
    const socketPath = join(folder, 'control.sock');
    const server = await startControlServer(ports as ControlPorts, socketPath);
    try {
      const asking = http.get({ socketPath, path: '/metrics' });
      const [reply] = (await once(asking, 'response')) as [http.IncomingMessage];
      const parts: Buffer[] = [];
      for await (const part of reply) parts.push(part as Buffer);
      assert.deepEqual([reply.statusCode, reply.headers['content-type'], Buffer.concat(parts).toString()], want);
    } finally {
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
}
