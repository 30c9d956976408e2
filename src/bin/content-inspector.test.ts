import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { allowedHash } from '../detect/index.ts';
import type { Inspection, PassingText } from '../core/inspection.ts';
import { parsePolicy } from '../policy/index.ts';
import type { Policy } from '../policy/index.ts';
import { contentInspector } from './content-inspector.ts';
import type { ContentInspector, InspectorPorts } from './content-inspector.ts';
import { OWN_ENGINES } from './guard-policy.ts';
import { scanThread } from './scan-thread.ts';

/** A token of a provider's form, made here so that no file of the project holds one. */
const TOKEN = ['ghp', `${'aB3dE5gH7j'.repeat(3)}k9Lm2P`].join('_');
const LONG = `${'a line of words\n'.repeat(20_000)}token ${TOKEN}\n`;

function policy(text: string): Policy {
  const result = parsePolicy(`version: 1\nname: test\n${text}`);
  assert.ok(result.ok, JSON.stringify(result));
  return result.policy;
}

const PORTS: InspectorPorts = { ...OWN_ENGINES, moment: Date.now, logError: () => undefined };

function inspectorFor(
  t: { after(fn: () => Promise<void>): void },
  text: string,
  ports: InspectorPorts = PORTS,
): ContentInspector {
  const inspector = contentInspector(policy(text), 'digest', ports);
  t.after(() => inspector.close());
  return inspector;
}

const passing = (text: string, place: PassingText['place'] = 'tool-result'): PassingText => ({
  text,
  place,
  source: 'tool-result',
  path: null,
  isAskedOutside: true,
});
const idsOf = (inspection: Inspection | null): readonly string[] =>
  (inspection?.findings ?? []).map(({ detectorId }) => detectorId);

test('a policy that asks for nothing has nothing looked at', async (t) => {
  for (const text of ['', 'dlp: { secret: allow }\n']) {
    const inspector = inspectorFor(t, text);
    assert.equal(inspector.isNeeded, false);
    assert.equal(await inspector.inspect(passing(TOKEN)), null);
  }
});

test('short and long texts are looked at alike, by what the policy asks for alone', async (t) => {
  const inspector = inspectorFor(t, 'dlp: { secret: redact }\n');
  for (const text of [`token ${TOKEN}`, LONG]) {
    const inspection = await inspector.inspect(passing(text));
    const [finding] = inspection?.findings ?? [];
    assert.deepEqual(idsOf(inspection), ['secret/github-token']);
    assert.equal(text.slice(finding?.startUtf16, finding?.endUtf16), TOKEN);
  }
  assert.deepEqual(idsOf(await inspector.inspect(passing('mail jane.doe@example.com'))), []);
});

test('many long texts at once all get their own answer', async (t) => {
  const inspector = inspectorFor(t, 'dlp: { secret: redact }\n');
  const texts = Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? LONG : LONG.replace(TOKEN, 'nothing')));
  const all = await Promise.all(texts.map((text) => inspector.inspect(passing(text))));
  assert.deepEqual(
    all.map((one) => idsOf(one).length),
    [1, 0, 1, 0, 1, 0],
  );
});

test("a company's own words are found, and values that may pass are not", async (t) => {
  const salt = '5a'.repeat(16);
  const hash = allowedHash(Buffer.from(salt, 'hex'), Buffer.from(TOKEN));
  const inspector = inspectorFor(
    t,
    `dlp: { secret: redact, company: block, allowed: { salt: '${salt}', hashes: ['${hash}'] } }\n` +
      `company: { words: { names: [Bluebird] }, patterns: { contract: 'CTR-[0-9]{6}' } }\n`,
  );
  const inspection = await inspector.inspect(passing(`${TOKEN} of blueBird, CTR-123456`));
  assert.deepEqual(idsOf(inspection).toSorted(), ['company/contract', 'company/names']);
});

test('an engine is asked where the policy says, and one that does not run is named where it must', async (t) => {
  const engines =
    'engines:\n' +
    '  - { name: must, kind: gitleaks, command: [/nonexistent/gitleaks], at: [prompt] }\n' +
    '  - { name: may, kind: lakera, url: "http://127.0.0.1:9", key_env: NO_SUCH_KEY, on_failure: embedded-only, at: [prompt, tool-input] }\n';
  const inspector = inspectorFor(t, engines);
  assert.equal(await inspector.inspect(passing('x')), null);
  const prompt = await inspector.inspect(passing('x', 'prompt'));
  assert.equal(prompt?.missing, 'must');
  assert.deepEqual(
    prompt?.engines.map(({ engine, outcome, reason }) => [engine, outcome, reason]),
    [
      ['may', 'failed', 'no-key'],
      ['must', 'failed', 'not-started'],
    ],
  );
  assert.equal((await inspector.inspect(passing('x', 'tool-input')))?.missing, null);
});

test('an engine that hangs is left alone after five texts, seen in the state and told once', async (t) => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.closeAllConnections());
  t.after(() => void server.close());
  const { port } = server.address() as AddressInfo;

  let nowMs = 0;
  const timers = new Map<() => void, number>();
  const pass = (ms: number): void => {
    nowMs += ms;
    for (const [done, atMs] of timers) {
      if (atMs > nowMs) continue;
      timers.delete(done);
      done();
    }
  };
  const told: string[] = [];
  const ports: InspectorPorts = {
    clock: {
      nowMs: () => nowMs,
      after(delayMs, done) {
        timers.set(done, nowMs + delayMs);
        return () => timers.delete(done);
      },
    },
    keyOf: () => null,
    moment: () => nowMs,
    logError: (line) => told.push(line),
  };
  // As long as all engines together have, so that the deadline of all is over first.
  const text = `engines: [{ name: slow, kind: presidio, url: 'http://127.0.0.1:${port}', timeout_ms: 2400 }]`;
  const inspector = inspectorFor(t, text, ports);
  assert.equal(inspector.engines()[0]?.state, 'unasked');
  const reasons: (string | null | undefined)[] = [];
  for (let count = 0; count < 12; count += 1) {
    const isClosed = inspector.engines()[0]?.circuit === 'closed';
    const asked = isClosed ? once(server, 'request') : null;
    const inspection = inspector.inspect(passing(`text ${count}`));
    if (asked !== null) {
      await asked;
      pass(2_400);
    }
    const done = await inspection;
    assert.equal(done?.missing, 'slow');
    reasons.push(done.engines[0]?.reason);
  }
  assert.deepEqual(reasons, [...Array<string>(5).fill('timed-out'), ...Array<string>(7).fill('circuit-open')]);
  assert.equal(nowMs, 5 * 2_400);
  assert.deepEqual(inspector.engines(), [
    {
      name: 'slow',
      kind: 'presidio',
      at: ['prompt', 'tool-result'],
      onFailure: 'deny',
      asks: `http://127.0.0.1:${port}`,
      key: null,
      circuit: 'open',
      state: 'silent',
      sinceMs: 2_400,
      reason: 'timed-out',
    },
  ]);
  assert.deepEqual(told, [
    'engine slow gives no answer (timed-out), and prompts and results are refused until it does',
  ]);
});

test('a text that takes too long, and one too many, are not looked at, and the next one is', async () => {
  const sections = policy('dlp: { secret: redact }\n');
  const hurried = scanThread(sections, { limitMs: 1, from: 'question', maxWaiting: 4 });
  const scene = { source: 'tool-result', path: null } as const;
  await assert.rejects(hurried.scan(Buffer.from(LONG), scene), /took too long/);
  await assert.rejects(hurried.scan(Buffer.from(LONG), scene), /took too long/);
  await hurried.close();

  const thread = scanThread(sections, { limitMs: 60_000, from: 'question', maxWaiting: 1 });
  const first = thread.scan(Buffer.from(LONG), scene);
  await assert.rejects(thread.scan(Buffer.from(LONG), scene), /too many texts/);
  assert.equal((await first).length, 1);
  assert.equal((await thread.scan(Buffer.from(LONG), scene)).length, 1);
  await thread.close();
});

test('where the limit counts from the turn of a text, many that wait are all looked at', async () => {
  const sections = policy('dlp: { secret: redact }\n');
  const patient = scanThread(sections, { limitMs: 2_000, from: 'turn', maxWaiting: 64 });
  const bytes = Buffer.from('some words of a text\n'.repeat(30_000));
  const scene = { source: 'tool-result', path: null } as const;
  const all = await Promise.all(Array.from({ length: 40 }, () => patient.scan(bytes, scene)));
  assert.equal(all.length, 40);
  await patient.close();
});
