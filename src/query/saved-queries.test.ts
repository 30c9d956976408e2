import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { checkpointText, logSigner, signNote } from '../tlog/index.ts';
import { queryRig, queryRigOver, testFolder } from './query-rig.ts';
import { SAMPLE_SESSION, SAMPLE_START_MS, sampleLines } from './sample-lines.ts';
import type { SampleRecord } from './sample-lines.ts';
import { SAVED_QUERIES, savedQuery } from './saved-queries.ts';

const OTHER_SESSION = 'ses_01m80egpnsgq7fe6g179853mtz';

function sqlOf(name: string): string {
  const found = savedQuery(name);
  assert.ok(found !== null);
  return found.sql;
}

function scanned(event: string, did: string, found: Readonly<Record<string, number>>, more = {}): SampleRecord {
  const findings = Object.values(found).reduce((sum, one) => sum + one, 0);
  const body = { event, scan: { did, embedded: 'ran', found, findings, bundle: 'b' }, ...more };
  return { kind: event === 'PreToolUse' ? 'decision' : 'hook', session: SAMPLE_SESSION, body };
}

function decided(verdict: string, ruleId: string, more = {}): SampleRecord {
  const body = {
    event: 'PreToolUse',
    verdict,
    ruleId,
    kind: 'command',
    tool: 'Bash',
    summary: 'curl',
    toolUseId: 't',
    ...more,
  };
  return { kind: 'decision', session: SAMPLE_SESSION, body };
}

test('names are words with dashes, each once, and no query ends its statement', () => {
  assert.equal(new Set(SAVED_QUERIES.map(({ name }) => name)).size, SAVED_QUERIES.length);
  for (const { name, sql } of SAVED_QUERIES)
    assert.ok(/^[a-z-]+$/.test(name) && !sql.includes(';\n') && !sql.trim().endsWith(';'));
  assert.equal(savedQuery('nothing'), null);
});

test('injection attempts: texts that were seen and stopped, and calls that a tainted session was kept from', async (t) => {
  const rig = await queryRig(t, [
    scanned(
      'PostToolUse',
      'held-back',
      { 'injection/override': 2, 'secret/github-token': 1 },
      { verdict: 'deny', ruleId: 'injection/finding' },
    ),
    scanned('PostToolUse', 'recorded', { 'injection/hidden-unicode': 1, 'injection/override': 1 }),
    // A token was taken out of it; the instructions went on.
    scanned('PostToolUse', 'redacted', { 'injection/override': 1, 'secret/github-token': 1 }, { ruleId: 'dlp/secret' }),
    scanned(
      'UserPromptSubmit',
      'refused',
      { 'injection/override': 1 },
      { verdict: 'deny', ruleId: 'injection/finding' },
    ),
    // What the agent writes itself is no instruction of someone else.
    scanned('PreToolUse', 'recorded', { 'injection/override': 1 }),
    {
      kind: 'model',
      session: SAMPLE_SESSION,
      body: {
        event: 'request',
        content: { injections: { 'injection/override': 3, 'injection/encoded': 1 }, texts: { new: 1, known: 0 } },
      },
    },
    {
      kind: 'session',
      session: SAMPLE_SESSION,
      body: {
        event: 'tainted',
        source: 'web-page',
        detectorId: null,
        toolUseId: '"detectorId":"injection/x"',
        occurredAtMs: 1,
      },
    },
    {
      kind: 'session',
      session: SAMPLE_SESSION,
      body: { event: 'tainted', source: 'web-page', detectorId: 'injection/override', toolUseId: 't', occurredAtMs: 1 },
    },
    decided('deny', 'taint/outgoing'),
    decided('ask', 'taint/destructive'),
    decided('allow', 'dev/git'),
    decided('deny', 'shell/upload'),
    { ...decided('deny', 'taint/outgoing'), at: SAMPLE_START_MS + 86_400_000 },
  ]);
  assert.deepEqual(await rig.ask(sqlOf('injection-attempts')), [
    {
      day: '2026-11-22',
      texts_seen: 4,
      texts_stopped: 2,
      requests: 1,
      sessions_tainted: 1,
      calls_denied: 1,
      calls_asked: 1,
    },
    {
      day: '2026-11-23',
      texts_seen: 0,
      texts_stopped: 0,
      requests: 0,
      sessions_tainted: 0,
      calls_denied: 1,
      calls_asked: 0,
    },
  ]);
});

test('DLP violations: texts by detector, place and fate, in how many sessions', async (t) => {
  const masked: SampleRecord = {
    kind: 'model',
    session: SAMPLE_SESSION,
    body: { event: 'request', content: { masked: { 'secret/github-token': 3 }, texts: { new: 1, known: 0 } } },
  };
  const rig = await queryRig(t, [
    masked,
    { ...masked, session: OTHER_SESSION },
    scanned('UserPromptSubmit', 'refused', { 'pii/email': 1 }, { verdict: 'deny', ruleId: 'dlp/personal' }),
    scanned('PreToolUse', 'recorded', { 'company/word': 2 }),
    {
      kind: 'model',
      session: SAMPLE_SESSION,
      body: {
        event: 'reply-finding',
        requestIndex: 0,
        findings: [{ detectorId: 'secret/github-token', count: 2, fate: 'alerted' }],
      },
    },
    scanned('PostToolUse', 'held-back', { 'injection/override': 1 }),
    scanned('PostToolUse', 'nothing', {}),
  ]);
  assert.deepEqual(await rig.ask(sqlOf('dlp-violations')), [
    {
      area: 'secret',
      detector_id: 'secret/github-token',
      layer: 'gateway',
      place: 'request',
      fate: 'masked',
      is_stopped: true,
      texts: 2,
      hits: 6,
      sessions: 2,
    },
    {
      area: 'company',
      detector_id: 'company/word',
      layer: 'guard',
      place: 'tool-input',
      fate: 'recorded',
      is_stopped: false,
      texts: 1,
      hits: 2,
      sessions: 1,
    },
    {
      area: 'pii',
      detector_id: 'pii/email',
      layer: 'guard',
      place: 'prompt',
      fate: 'refused',
      is_stopped: true,
      texts: 1,
      hits: 1,
      sessions: 1,
    },
    {
      area: 'secret',
      detector_id: 'secret/github-token',
      layer: 'gateway',
      place: 'reply',
      fate: 'alerted',
      is_stopped: false,
      texts: 1,
      hits: 2,
      sessions: 1,
    },
  ]);
});

test('egress blocks: by layer, host and rule, and nothing that was allowed', async (t) => {
  const rig = await queryRig(t, [
    decided('deny', 'shell/upload'),
    decided('deny', 'shell/upload'),
    decided('deny', 'web/drop-site', { kind: 'fetch', tool: 'WebFetch', summary: 'webhook.site' }),
    decided('allow', 'web/known', { kind: 'fetch', tool: 'WebFetch', summary: 'docs.rs' }),
    decided('deny', 'secrets/environment-file'),
    { kind: 'model', body: { event: 'refused', why: 'proxy-host', path: 'evil.example:443' } },
    { kind: 'model', session: SAMPLE_SESSION, body: { event: 'tunnel', host: 'api.anthropic.com' } },
    { kind: 'model', session: SAMPLE_SESSION, body: { event: 'refused', why: 'session-ended', path: '/v1/messages' } },
    {
      kind: 'egress',
      session: SAMPLE_SESSION,
      body: { event: 'connection', seenBy: 'proc', pid: 7, remote: '192.0.2.1 443', to: 'outside' },
    },
  ]);
  const rows = await rig.ask(sqlOf('egress-blocks'));
  assert.deepEqual(
    rows.map((row) => [row['layer'], row['host'], row['rule_id'], row['blocks'], row['sessions']]),
    [
      ['guard', null, 'shell/upload', 2, 1],
      ['guard', 'webhook.site', 'web/drop-site', 1, 1],
      ['proxy', 'evil.example', 'proxy-host', 1, 0],
    ],
  );
});

test('egress: each way out as each layer saw it', async (t) => {
  const held = { seenBy: 'proc', pid: 7, remote: '192.0.2.1 443', to: 'outside' };
  const of = (kind: SampleRecord['kind'], body: SampleRecord['body']): SampleRecord => ({
    kind,
    session: SAMPLE_SESSION,
    body,
  });
  const rig = await queryRig(t, [
    of('egress', { event: 'connection', ...held }),
    of('egress', { event: 'connection', ...held, seenBy: 'auditd', remote: '2001:db8::1 8443', to: 'unexplained' }),
    of('egress', { event: 'connection', ...held, remote: 'nonsense' }),
    of('finding', { event: 'traffic-outside-gateway', ...held, seenBy: 'process', severity: 'high' }),
    of('model', { event: 'tunnel', host: 'api.anthropic.com' }),
    of('model', { event: 'refused', why: 'proxy-host', path: 'evil.example:443' }),
    of('model', { event: 'refused', why: 'proxy-host', path: '[2001:db8::2]:443' }),
    of('model', { event: 'refused', why: 'proxy-path', path: '/v1/other' }),
    of('model', { event: 'refused', why: 'proxy-off', path: 'unknown' }),
    of('model', { event: 'refused', why: 'session-ended', path: '/v1/messages' }),
    decided('ask', 'web/known', { kind: 'fetch', tool: 'WebFetch', summary: 'docs.rs' }),
    decided('allow', 'dev/git'),
  ]);
  const rows = await rig.ask('SELECT * FROM egress ORDER BY id');
  assert.deepEqual(
    rows.map((row) => [
      row['id'],
      ...['layer', 'verdict', 'host', 'port', 'destination', 'pid', 'seen_by', 'rule_id'].map((name) => row[name]),
    ]),
    [
      [0, 'process', null, '192.0.2.1', 443, 'outside', 7, 'proc', null],
      [1, 'process', null, '2001:db8::1', 8443, 'unexplained', 7, 'auditd', null],
      [2, 'process', null, 'nonsense', null, 'outside', 7, 'proc', null],
      [3, 'reconcile', null, '192.0.2.1', 443, 'outside', 7, 'process', 'traffic-outside-gateway'],
      [4, 'proxy', 'allow', 'api.anthropic.com', null, null, null, null, null],
      [5, 'proxy', 'deny', 'evil.example', 443, null, null, null, 'proxy-host'],
      [6, 'proxy', 'deny', '[2001:db8::2]', 443, null, null, null, 'proxy-host'],
      [7, 'proxy', 'deny', null, null, null, null, null, 'proxy-path'],
      [8, 'proxy', 'deny', null, null, null, null, null, 'proxy-off'],
      [10, 'guard', 'ask', 'docs.rs', null, null, null, null, 'web/known'],
    ],
  );
});

test('what blocks a request, or is taken out of old text, is one finding though it is counted twice', async (t) => {
  const counts = { blocked: { 'secret/x': 1 }, redacted: { 'secret/x': 1, 'secret/y': 2 } };
  const rig = await queryRig(t, [
    { kind: 'model', session: SAMPLE_SESSION, body: { event: 'refused', why: 'content-blocked', content: counts } },
    { kind: 'model', session: SAMPLE_SESSION, body: { event: 'request', content: counts } },
  ]);
  const rows = await rig.ask('SELECT id, detector_id, fate, hits, is_stopped FROM findings ORDER BY id, detector_id');
  assert.deepEqual(rows, [
    { id: 0, detector_id: 'secret/x', fate: 'blocked', hits: 1, is_stopped: true },
    { id: 0, detector_id: 'secret/y', fate: 'redacted', hits: 2, is_stopped: true },
    { id: 1, detector_id: 'secret/x', fate: 'redacted', hits: 1, is_stopped: true },
    { id: 1, detector_id: 'secret/y', fate: 'redacted', hits: 2, is_stopped: true },
  ]);
});

test('session anomalies: a session of ordinary work has none, and each odd thing is named', async (t) => {
  const of = (session: string, kind: SampleRecord['kind'], body: SampleRecord['body']): SampleRecord => ({
    kind,
    session,
    body,
  });
  const quiet = 'ses_01m80eh3tfx7svxcb2h84ca7pk';
  const rig = await queryRig(t, [
    of(quiet, 'session', { event: 'opened', workspace: '/w', provider: 'anthropic', about: { user: 'ada' } }),
    of(quiet, 'hook', { event: 'SessionStart' }),
    of(quiet, 'model', { event: 'request' }),
    of(quiet, 'decision', {
      event: 'PreToolUse',
      verdict: 'deny',
      ruleId: 'liveness/canary',
      toolUseId: 'toolu_sallyport_1',
    }),
    of(SAMPLE_SESSION, 'session', { event: 'opened', workspace: '/w', provider: 'anthropic', about: { user: 'eve' } }),
    of(SAMPLE_SESSION, 'model', { event: 'request' }),
    of(SAMPLE_SESSION, 'model', { event: 'undecided-result', toolUseId: 't' }),
    of(SAMPLE_SESSION, 'model', { event: 'canary-unanswered', toolUseId: 'toolu_sallyport_2' }),
    of(SAMPLE_SESSION, 'finding', { event: 'tool-without-decision', severity: 'critical' }),
    of(SAMPLE_SESSION, 'session', { event: 'tainted', source: 'web-page' }),
    of(SAMPLE_SESSION, 'admin', { event: 'content-opened', by: 'root' }),
    ...Array.from({ length: 10 }, () => ({ ...decided('deny', 'shell/upload'), session: OTHER_SESSION })),
  ]);
  assert.deepEqual(
    (await rig.ask(sqlOf('session-anomalies'))).map((row) => [row['session'], row['user_name'], row['anomalies']]),
    [
      [
        SAMPLE_SESSION,
        'eve',
        'disagreements of layers: 1; calls that ran undecided: 1; unanswered liveness checks: 1; model traffic without any hook; tainted by web-page; openings of its content: 1',
      ],
      [OTHER_SESSION, null, 'denied calls: 10 of 10'],
    ],
  );
});

test('integrity: a log without records says so, and has no number that is missing', async (t) => {
  const rig = await queryRig(t, []);
  const rows = await rig.ask(sqlOf('integrity'));
  assert.deepEqual(
    rows.map((row) => [row['amount'], row['is_fine']]),
    [0, 0, 0, 0, 0, 0, 0, 0, 0].map((amount, nth) => [amount, nth !== 0 && nth !== 6]),
  );
});

test('integrity: what is lost, damaged, refused or not covered by a checkpoint is counted', async (t) => {
  const log = testFolder(t);
  mkdirSync(join(log, 'segments'));
  const lines = sampleLines([
    { kind: 'log', body: { event: 'opened', size: 0 } },
    { kind: 'log', body: { event: 'write-failed', step: 'sync', code: 'ENOSPC', refused: 7 } },
    { kind: 'log', body: { event: 'heartbeat', sequence: 0, everySeconds: 10, upMs: 1, refused: 7 }, index: 5 },
    { kind: 'log', body: { event: 'gap', fromMs: 1, toMs: 2, seconds: 90.5, cause: 'killed' } },
    { kind: 'log', body: { event: 'clock-jump', jumpMs: -3_600_000 } },
    { kind: 'finding', session: SAMPLE_SESSION, body: { event: 'denied-call-executed', severity: 'critical' } },
  ]);
  writeFileSync(join(log, 'segments', `${'0'.repeat(20)}.jsonl`), `${lines.join('\n')}\nnot a record\n`);
  const { privateKey } = generateKeyPairSync('ed25519');
  const text = checkpointText({ origin: 'log.example', size: 7, root: new Uint8Array(32), extensions: [] });
  writeFileSync(join(log, 'checkpoint'), signNote(text, [logSigner('log.example', privateKey)]));
  const rig = await queryRigOver(t, log);
  const rows = await rig.ask(sqlOf('integrity'));
  assert.deepEqual(
    rows.map((row) => [row['check_name'], row['amount'], row['is_fine']]),
    [
      ['records read', 6, true],
      ['damaged lines', 1, false],
      ['missing records', 3, false],
      ['records refused by a failing disk', 7, false],
      ['seconds without a writer', 90.5, false],
      ['jumps of the clock', 1, false],
      ['checkpoints', 1, true],
      ['records behind the newest checkpoint', 2, false],
      ['disagreements of layers', 1, false],
    ],
  );
  assert.deepEqual(await rig.ask('SELECT kind, records, seconds, cause FROM gaps ORDER BY id, kind'), [
    { kind: 'refused', records: 7, seconds: null, cause: 'ENOSPC' },
    { kind: 'missing', records: 3, seconds: null, cause: null },
    { kind: 'time', records: null, seconds: 90.5, cause: 'killed' },
    { kind: 'clock', records: null, seconds: -3600, cause: null },
  ]);
});
