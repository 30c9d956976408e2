import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AuditRecord } from '../src/core/audit.ts';
import type { SessionId, Sha256 } from '../src/core/ids.ts';
import type { Json, JsonObject } from '../src/core/json.ts';
import { isJsonObject } from '../src/core/json.ts';
import { MAPPINGS, mappingTable, OCSF_CLASSES, OCSF_VERSION, ocsfOf } from '../src/ocsf/index.ts';
import type { OcsfEvent } from '../src/ocsf/index.ts';
import { RECORD_BODIES } from '../src/records/index.ts';
import { OCSF_SCHEMA, ocsfFaults } from './ocsf-validator.ts';
import { anyRecord } from './record-arbitrary.ts';
import { RECORDED } from './recorded-shapes.ts';

const SOURCE = { logId: 'sallyport/host-7/0a1b2c3d', productVersion: '0.1.0' };
const SESSION = 'ses_01jcx3v8k0w5z7q2m4n6p8r0st' as SessionId;
const HASH = 'c'.repeat(64) as Sha256;

function eventFor(record: AuditRecord, index = 7): OcsfEvent {
  return ocsfOf({ ...record, index, hash: HASH }, SOURCE);
}

test('the schema that is kept is of the version that events name', () => {
  assert.equal(OCSF_SCHEMA.version, OCSF_VERSION);
  for (const [name, ours] of Object.entries(OCSF_CLASSES)) {
    const theirs = OCSF_SCHEMA.classes[name];
    assert.equal(theirs?.uid, ours.uid);
    assert.equal(theirs.attributes['class_uid']?.enum?.[String(ours.uid)], ours.name);
    assert.equal(theirs.attributes['category_uid']?.enum?.[String(ours.categoryUid)], ours.categoryName);
    for (const [id, activity] of Object.entries(ours.activities)) {
      assert.equal(theirs.attributes['activity_id']?.enum?.[id], activity, `${name} ${id}`);
    }
  }
});

test('every record that the program left becomes an event that the framework knows', () => {
  for (const [index, record] of RECORDED.entries()) {
    assert.deepEqual(ocsfFaults(eventFor(record, index)), [], JSON.stringify(record.body));
  }
});

test('so does every record made from the schema, whatever texts and numbers it holds', () => {
  const records = fc.tuple(anyRecord(), fc.option(fc.constant(SESSION)), fc.integer({ min: -(2 ** 52), max: 2 ** 52 }));
  fc.assert(
    fc.property(records, ([{ kind, body }, sessionId, occurredAtMs]) => {
      const event = eventFor({ kind, occurredAtMs, sessionId, body });
      assert.deepEqual(ocsfFaults(event), [], JSON.stringify(body));
      assert.notEqual(event['activity_name'], 'Unknown', 'it was taken for one of another version');
    }),
    { numRuns: process.env['SLOW'] === '1' ? 20_000 : 1_500 },
  );
});

test('what is no record of this version becomes a base event that holds all of it', () => {
  const bodies = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(bodies, fc.constantFrom('model', 'egress', 'finding', 'log', 'admin'), (made, kind) => {
      const body = JSON.parse(JSON.stringify(made)) as JsonObject;
      const event = eventFor({ kind, occurredAtMs: 1, sessionId: null, body });
      assert.deepEqual([event.class_uid, ocsfFaults(event)], [0, []]);
      if (typeof body['sealed'] !== 'string') assert.deepEqual(event.unmapped['body'], body);
    }),
  );
});

test('every event of a record has a mapping, and every mapping a record', () => {
  const mapped = new Set(MAPPINGS.map(({ kind, event }) => `${kind} ${event}`));
  const written = RECORD_BODIES.map(({ kind, event }) => `${kind} ${event}`);
  assert.deepEqual(
    written.filter((name) => !mapped.has(name)),
    [],
  );
  // Events of the client have one shape and several mappings.
  const unwritten = [...mapped].filter((name) => !written.includes(name) && !name.startsWith('hook '));
  assert.deepEqual(unwritten, []);
});

test('an event is named by its place in the log, and names the hash of its record', () => {
  const event = eventFor({ kind: 'log', occurredAtMs: 5, sessionId: null, body: { event: 'closed' } }, 41);
  assert.equal(event.metadata['uid'], 'sallyport/host-7/0a1b2c3d/41');
  assert.deepEqual(event['raw_data_hash'], { algorithm_id: 99, algorithm: 'RFC 6962 leaf hash, SHA-256', value: HASH });
  assert.deepEqual(
    [event.time, event['device']],
    [5, { hostname: 'host-7', uid: SOURCE.logId, type_id: 0, type: 'Unknown' }],
  );
});

const CALL = RECORDED.find(({ kind, body }) => kind === 'decision' && body['kind'] === 'command')?.body ?? {};

for (const { name, kind, body, want } of [
  {
    name: 'a denied command is a blocked launch of a process',
    kind: 'decision',
    body: { ...CALL, kind: 'command', verdict: 'deny', summary: 'curl, sh', ruleId: 'shell/pipe-to-interpreter' },
    want: { type_uid: 100_701, action: 'Denied', disposition: 'Blocked', status: 'Failure', severity: 'Medium' },
  },
  {
    name: 'an allowed one is allowed, and nobody says that it worked',
    kind: 'decision',
    body: { ...CALL, kind: 'command', verdict: 'allow', summary: 'ls' },
    want: { type_uid: 100_701, action: 'Allowed', status: 'Unknown', severity: 'Informational' },
  },
  {
    name: 'one that somebody is asked about is a challenge',
    kind: 'decision',
    body: { ...CALL, kind: 'command', verdict: 'ask', summary: 'ls' },
    want: { action: 'Unknown', disposition: 'Challenge' },
  },
  {
    name: 'a read is of the file that was named',
    kind: 'decision',
    body: { ...CALL, kind: 'read', verdict: 'deny', summary: '/home/ann/.aws/credentials' },
    want: {
      type_uid: 100_102,
      file: { name: 'credentials', path: '/home/ann/.aws/credentials', type_id: 0, type: 'Unknown' },
    },
  },
  {
    name: 'a fetch is a connection to the host that was named',
    kind: 'decision',
    body: { ...CALL, kind: 'fetch', verdict: 'deny', summary: 'paste.example' },
    want: { type_uid: 400_101, dst_endpoint: { hostname: 'paste.example' } },
  },
  {
    name: 'a liveness check that was not denied is critical',
    kind: 'decision',
    body: { ...CALL, kind: 'canary', verdict: 'allow', summary: 'liveness check' },
    want: { severity: 'Critical', activity_name: 'Liveness Check' },
  },
  {
    name: 'who has no token fails to log on',
    kind: 'model',
    body: { event: 'refused', why: 'proxy-unknown-token', path: 'unknown' },
    want: { type_uid: 300_201, status: 'Failure' },
  },
  {
    name: 'a tunnel to another host is a refused connection',
    kind: 'model',
    body: { event: 'refused', why: 'proxy-host', path: 'evil.example:443' },
    want: { type_uid: 400_105, dst_endpoint: { hostname: 'evil.example', port: 443 } },
  },
  {
    name: 'a target that is no host is not taken for one',
    kind: 'model',
    body: { event: 'refused', why: 'proxy-target', path: 'a b?:99999' },
    want: { type_uid: 400_105, dst_endpoint: undefined },
  },
  {
    name: 'an answer tells its tokens',
    kind: 'model',
    body: {
      event: 'response',
      requestIndex: 3,
      upstream: 0,
      status: 200,
      responseSha256: HASH,
      bytes: 10,
      stopReason: 'end_turn',
      messageId: null,
      usage: { input_tokens: 5, cache_read_input_tokens: 100, output_tokens: 7 },
      requestId: null,
      durationMs: 12.4,
      ended: 'complete',
    },
    want: {
      status: 'Success',
      duration: 12,
      'message_context.total_tokens': 112,
      'metadata.correlation_uid': `${SOURCE.logId}/3`,
    },
  },
  {
    name: 'a tool that ran past the guard is a critical finding',
    kind: 'model',
    body: { event: 'undecided-result', toolUseId: 'toolu_1' },
    want: { class_uid: 2004, severity: 'Critical', is_alert: true, status: 'New' },
  },
  {
    name: 'a policy that was refused leaves the one before',
    kind: 'policy',
    body: { event: 'refused', code: 'BUNDLE_KEY', reason: 'signed by another key' },
    want: { type_uid: 300_410, status: 'Failure', status_code: 'BUNDLE_KEY' },
  },
] satisfies readonly { name: string; kind: AuditRecord['kind']; body: JsonObject; want: object }[]) {
  test(name, () => {
    const event = eventFor({ kind, occurredAtMs: 1_763_726_400_000, sessionId: SESSION, body });
    assert.deepEqual(ocsfFaults(event), []);
    for (const [path, value] of Object.entries(want)) assert.deepEqual(at(event, path), value, path);
  });
}

test('sealed content does not leave the log', () => {
  const sealed = 'AAAA'.repeat(40);
  const event = eventFor({ kind: 'decision', occurredAtMs: 1, sessionId: SESSION, body: { ...CALL, sealed } });
  assert.ok(!JSON.stringify(event).includes(sealed));
  const body = event.unmapped['body'];
  assert.ok(
    isJsonObject(body) &&
      body['sealedLength'] === sealed.length &&
      /^"[0-9a-f]{64}"$/.test(JSON.stringify(body['sealedSha256'])),
  );
});

test('the guide lists every mapping; else run `node scripts/schema.ts`', () => {
  const guide = readFileSync(new URL('../docs/ocsf.md', import.meta.url), 'utf8');
  assert.ok(guide.includes(`<!-- mapping -->\n\n${mappingTable()}\n<!-- /mapping -->`));
  assert.ok(guide.includes(`**${OCSF_VERSION}**`));
});

const GOOD = eventFor({ kind: 'decision', occurredAtMs: 1, sessionId: SESSION, body: CALL });

for (const { name, change, want } of [
  { name: 'an unknown attribute', change: { mood: 'good' }, want: 'mood: unknown' },
  { name: 'an attribute of a profile that is not named', change: { ai_model: {} }, want: 'ai_model: unknown' },
  { name: 'an attribute that is missing', change: { severity_id: undefined }, want: 'severity_id: missing' },
  {
    name: 'a number without a meaning',
    change: { activity_id: 42, type_uid: 100_742 },
    want: 'activity_id: 42 has no meaning',
  },
  { name: 'a type that does not fit its class', change: { type_uid: 100_702 }, want: 'type_uid: does not fit' },
  {
    name: 'a caption that does not fit its number',
    change: { severity: 'Fatal' },
    want: 'severity: Fatal where the schema says Medium',
  },
  { name: 'a text for a number', change: { time: 'now' }, want: 'time: no integer' },
  { name: 'an object in the place of a list', change: { observables: {} }, want: 'observables: no list' },
  {
    name: 'a constraint inside an object',
    change: { process: { name: 'x' } },
    want: 'process.: none of pid, uid, cpid',
  },
  {
    name: 'an object without what it needs',
    change: { metadata: { version: '1.8.0' } },
    want: 'metadata.product: missing',
  },
] satisfies readonly { name: string; change: Record<string, unknown>; want: string }[]) {
  test(`the check finds ${name}`, () => {
    const changed = JSON.parse(
      JSON.stringify({ ...GOOD, severity_id: 3, severity: 'Medium', ...change }),
    ) as JsonObject;
    assert.ok(ocsfFaults(changed).includes(want), ocsfFaults(changed).join('; '));
  });
}

function at(event: OcsfEvent, path: string): Json | undefined {
  let value: Json | undefined = event;
  for (const part of path.split('.')) value = isJsonObject(value) ? value[part] : undefined;
  return value;
}
