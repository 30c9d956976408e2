import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openLog, readLog } from '../audit/index.ts';
import type { AuditLog } from '../audit/index.ts';
import { sampleOptions, sampleRecord } from '../audit/sample-log.ts';
import type { AnchorRule, WitnessRule } from '../core/audit-rules.ts';
import { WitnessUnusable } from '../core/error.ts';
import { openCheckpoint, parseVkey, type NoteVerifier } from '../tlog/index.ts';
import { makeWitnessKey, parseWitnessKey, readAnchor, Witness, witnessServer } from '../witness/index.ts';
import { checkLog, SKIP_WITHOUT_CHECKER } from '../../test/tlog-checker.ts';
import { startAnchors, WITNESSED_FILE, type RunningAnchors } from './anchors.ts';
import { anchorFiles, witnessMemory } from './witness-files.ts';

const key = parseWitnessKey(makeWitnessKey('witness.example/w1'));
assert.ok(key !== null);
const { vkey, verifier, signer } = key;

interface Stage {
  readonly folder: string;
  readonly nas: string;
  readonly told: string[];
  readonly witness: WitnessRule;
  readonly open: (folder?: string) => Promise<AuditLog>;
  readonly start: (log: AuditLog, folder?: string) => Promise<RunningAnchors>;
}

/** A log, a witness that knows it, and a folder that anchors it. */
async function stage(t: TestContext): Promise<Stage> {
  const scratch = mkdtempSync(join(tmpdir(), 'anchors-'));
  const opened: { close(): Promise<void> }[] = [];
  t.after(async () => {
    for (const each of opened.toReversed()) await each.close();
    rmSync(scratch, { recursive: true });
  });
  const [folder, nas] = [join(scratch, 'audit'), join(scratch, 'nas')];
  mkdirSync(folder);
  mkdirSync(nas);
  const told: string[] = [];
  const open = async (of: string = folder): Promise<AuditLog> => {
    const log = await openLog(of, sampleOptions(of, { checkpointDelayMs: 1 }));
    opened.push(log);
    return log;
  };
  const first = await open();
  const known = verifierOf(first.vkey);
  await first.close();
  const url = await served(t, known, join(scratch, 'witness'));
  return {
    folder,
    nas,
    told,
    open,
    witness: { name: 'elsewhere', url, key: vkey },
    start: async (log, of = folder) => {
      const running = await startAnchors(
        {
          auditFolder: of,
          gitFolder: join(scratch, 'git'),
          log,
          openStore: async () => await Promise.reject(new Error('no store here')),
          clock: () => 1_700_000_000_000,
          environment: { PATH: process.env['PATH'] },
          logError: (line) => told.push(line),
        },
        { witnesses: [{ name: 'elsewhere', url, key: vkey }], anchors: [{ name: 'nas', to: 'folder', folder: nas }] },
      );
      opened.push(running);
      return running;
    },
  };
}

test('a log is cosigned and anchored as it grows, and goes on after a restart', async (t) => {
  const { folder, nas, open, start, told } = await stage(t);
  for (const restarts of [0, 1, 2]) {
    const log = await open();
    await fill(log, 300, restarts * 300);
    const running = await start(log);
    await running.round();
    assert.deepEqual(
      running.status.map(({ name, lastSize, problem }) => ({ name, lastSize, problem })),
      [
        { name: 'elsewhere', lastSize: log.checkpoint.size, problem: null },
        { name: 'nas', lastSize: log.checkpoint.size, problem: null },
      ],
    );
    const opened = openCheckpoint(readFileSync(join(folder, WITNESSED_FILE), 'utf8'), verifierOf(log.vkey), [verifier]);
    assert.equal(opened?.checkpoint.size, log.checkpoint.size);
    assert.equal(opened.cosignatures.length, 1);
    await running.close();
    await log.close();
    const held = readAnchor({ to: 'folder', folder: nas, files: anchorFiles() }, log.origin);
    let count = 0;
    for await (const { note } of held) {
      count += 1;
      assert.equal(openCheckpoint(note ?? '', verifierOf(log.vkey), [verifier])?.cosignatures.length, 1);
    }
    assert.equal(count, restarts + 1);
  }
  assert.deepEqual(told, []);
});

test('a log that was put back is found out by witness and anchor, and says so in its own records', async (t) => {
  const { folder, open, start, told } = await stage(t);
  const log = await open();
  await fill(log, 10);
  await log.close();
  const copy = join(folder, '..', 'copy');
  cpSync(folder, copy, { recursive: true });
  const grown = await open();
  await fill(grown, 300, 10);
  const running = await start(grown);
  await running.round();
  await running.close();
  await grown.close();

  const old = await open(copy);
  const again = await start(old, copy);
  await again.round();
  await again.close();
  assert.equal(told.length, 2);
  assert.match(told[0] ?? '', /^audit: critical: anchor-ahead at `elsewhere`/);
  assert.deepEqual(await findings(copy), ['anchor-ahead', 'anchor-ahead']);
});

test('two logs with one key are found out once both have grown', async (t) => {
  const { folder, open, start } = await stage(t);
  const log = await open();
  await fill(log, 10);
  await log.close();
  const copy = join(folder, '..', 'copy');
  cpSync(folder, copy, { recursive: true });
  const one = await open();
  await fill(one, 50, 10);
  const running = await start(one);
  await running.round();
  await running.close();

  const other = await open(copy);
  await fill(other, 400, 1_000);
  const again = await start(other, copy);
  await again.round();
  await again.close();
  assert.deepEqual(await findings(copy), ['anchor-inconsistent', 'anchor-inconsistent']);
});

test('places of a policy that comes in force later are followed, and those that went are not', async (t) => {
  const { nas, open, start } = await stage(t);
  const log = await open();
  await fill(log, 10);
  const running = await start(log);
  await running.round();
  const anchors: AnchorRule[] = [{ name: 'git', to: 'git', remote: join(nas, 'none.git'), branch: 'checkpoints' }];
  await running.follow({ witnesses: [], anchors });
  await running.round();
  assert.deepEqual(
    running.status.map(({ name, problem }) => ({ name, problem })),
    [{ name: 'git', problem: 'cannot be read' }],
  );
  await running.follow({ witnesses: [], anchors: [] });
  assert.deepEqual(running.status, []);
});

test('a witness with a key that is none stops the start', async (t) => {
  const { open, folder, witness } = await stage(t);
  const log = await open();
  const desk = {
    auditFolder: folder,
    gitFolder: folder,
    log,
    clock: () => 0,
    environment: {},
    logError: () => undefined,
    openStore: async () => await Promise.reject(new Error('no store here')),
  };
  const places = { witnesses: [{ ...witness, key: 'w+00000000+AAAA' }], anchors: [] };
  await assert.rejects(startAnchors(desk, places), WitnessUnusable);
});

test(
  'the code of the Go checksum database takes a log of ours with its cosigned checkpoint',
  {
    skip: SKIP_WITHOUT_CHECKER,
  },
  async (t) => {
    const { folder, open, start } = await stage(t);
    const log = await open();
    await fill(log, 600);
    const running = await start(log);
    // The witnessed checkpoint is the one that lies there, once nothing more is appended.
    await running.round();
    const copy = join(folder, '..', 'copy');
    cpSync(folder, copy, { recursive: true });
    cpSync(join(copy, WITNESSED_FILE), join(copy, 'checkpoint'));
    const ended = checkLog(['-records', '-witness', vkey, copy, log.vkey]);
    assert.equal(ended.status, 0, ended.told);
    assert.match(ended.told, /^ok: checkpoint of 6\d\d entries, 1 cosignatures, 6\d\d records$/);
    assert.ok(existsSync(join(copy, 'tile', '1', '000.p', '2')));
  },
);

async function fill(log: AuditLog, count: number, from = 0): Promise<void> {
  await Promise.all(Array.from({ length: count }, async (_, at) => await log.append(sampleRecord(from + at))));
  const covered = Promise.withResolvers<void>();
  // The checkpoint follows the records by itself; a listener tells when it covers the last of them.
  const last = (await log.append(sampleRecord(from + count))).index;
  const stop = log.onCheckpoint(({ size }) => {
    if (size > last) covered.resolve();
  });
  if (log.checkpoint.size > last) covered.resolve();
  await covered.promise;
  stop();
}

async function findings(folder: string): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const record of readLog(folder)) if (record.kind === 'finding') found.push(record.body['event']);
  return found;
}

async function served(t: TestContext, log: NoteVerifier, state: string): Promise<string> {
  const witness = new Witness({
    logs: [log],
    signer: signer(() => 1_700_000_000),
    verifier,
    memory: witnessMemory(state),
    report: () => undefined,
  });
  const server = witnessServer(witness, [log.name]);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function verifierOf(text: string): NoteVerifier {
  const found = parseVkey(text);
  assert.ok(found !== null);
  return found;
}

test('a policy with a witness whose key is none does not end the anchoring of before', async (t) => {
  const { nas, open, start, witness } = await stage(t);
  const log = await open();
  const running = await start(log);
  const wrong = { ...witness, key: `${witness.name}+00000000+AAAA` };
  const anchors: readonly AnchorRule[] = [{ name: 'nas', to: 'folder', folder: nas }];
  await assert.rejects(running.follow({ witnesses: [wrong], anchors }), WitnessUnusable);
  await fill(log, 10);
  await running.round();
  assert.deepEqual(
    running.status.map(({ name, lastSize }) => ({ name, lastSize })),
    [
      { name: 'elsewhere', lastSize: log.checkpoint.size },
      { name: 'nas', lastSize: log.checkpoint.size },
    ],
  );
});
