import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { AuditRecord, AuditSink } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import { makeSessionId } from '../core/ids.ts';
import type { Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { PlacedRecord } from '../reconcile/index.ts';
import { startReconcile } from './reconcile.ts';
import type { ReconcileDesk, Reconciling } from './reconcile.ts';
import type { OsWatch, SeenConnection } from './os-watch.ts';

const SESSION = makeSessionId(1, new Uint8Array(16));
const START_MS = 1_800_000_000_000;
const MODEL = 'http://127.0.0.1:5000';

/** A log in memory that is followed as it grows. */
class GrowingLog implements AuditSink {
  readonly records: PlacedRecord[] = [];
  isFull = false;
  readFaults = 0;
  readonly #waiting = new Set<() => void>();

  append(record: AuditRecord): Promise<{ index: number; hash: Sha256 }> {
    if (this.isFull) return Promise.reject(new AuditUnavailable('full'));
    this.records.push({ ...record, index: this.records.length });
    for (const wake of this.#waiting) wake();
    return Promise.resolve({ index: this.records.length - 1, hash: '0'.repeat(64) as Sha256 });
  }

  async *follow(from: number, signal: AbortSignal): AsyncGenerator<PlacedRecord> {
    for (let next = from; !signal.aborted;) {
      if (this.readFaults > 0) {
        this.readFaults -= 1;
        throw new Error('unreadable');
      }
      const record = this.records[next];
      if (record !== undefined) {
        next += 1;
        yield record;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        signal.addEventListener('abort', () => resolve());
      });
    }
  }

  add(kind: AuditRecord['kind'], body: JsonObject): void {
    void this.append({ kind, occurredAtMs: START_MS, sessionId: SESSION, body });
  }

  bodies(kind: AuditRecord['kind']): readonly JsonObject[] {
    return this.records.filter((record) => record.kind === kind).map(({ body }) => body);
  }
}

interface Rig {
  readonly log: GrowingLog;
  readonly said: string[];
  readonly start: (more?: Partial<ReconcileDesk>) => Reconciling;
}

async function usingRig(use: (rig: Rig) => Promise<void>): Promise<void> {
  mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const log = new GrowingLog();
  const said: string[] = [];
  const running: Reconciling[] = [];
  try {
    await use({
      log,
      said,
      start: (more = {}) => {
        const made = startReconcile({
          records: (from, signal) => log.follow(from, signal),
          sizeRecords: log.records.length,
          audit: log,
          clock: () => START_MS,
          running: () => [SESSION],
          places: () => ({ own: [], model: [MODEL], allowedHosts: [], isClosed: false }),
          watch: null,
          logError: (line) => void said.push(line),
          ...more,
        });
        running.push(made);
        return made;
      },
    });
  } finally {
    for (const one of running) await one.close();
    mock.timers.reset();
  }
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const undecided = (id: string): JsonObject => ({ event: 'PostToolUse', tool: 'Bash', toolUseId: id });

test('what disagrees is recorded once it is on record, and the state tells of it', async () => {
  await usingRig(async ({ log, said, start }) => {
    const reconciling = start();
    log.add('session', { event: 'opened' });
    log.add('hook', undecided('toolu_1'));
    await settle();
    const [body] = log.bodies('finding');
    assert.deepEqual(
      [body?.['event'], body?.['severity'], body?.['toolUseId']],
      ['tool-without-decision', 'critical', 'toolu_1'],
    );
    assert.deepEqual(reconciling.status, {
      state: 'live',
      osView: 'none',
      findings: 1,
      newest: { event: 'tool-without-decision', severity: 'critical', sessionId: SESSION, atMs: START_MS },
    });
    assert.match(said.join('\n'), /critical: tool-without-decision/);
    assert.deepEqual(log.bodies('session').slice(1), [{ event: 'watched', osView: 'none' }]);
  });
});

test('after a restart what is on record is not recorded again, and what is not is', async () => {
  await usingRig(async ({ log, start }) => {
    const first = start();
    log.add('session', { event: 'opened' });
    log.add('hook', undecided('toolu_1'));
    await settle();
    await first.close();
    log.add('hook', undecided('toolu_2'));
    const second = start();
    await settle();
    assert.deepEqual(
      log.bodies('finding').map((body) => body['toolUseId']),
      ['toolu_1', 'toolu_2'],
    );
    assert.equal(second.status.findings, 1);
  });
});

test('a finding waits for a log that takes nothing, and is recorded when it does', async () => {
  await usingRig(async ({ log, start }) => {
    start();
    log.add('session', { event: 'opened' });
    log.add('hook', undecided('toolu_1'));
    log.isFull = true;
    await settle();
    assert.equal(log.bodies('finding').length, 0);
    log.isFull = false;
    mock.timers.tick(500);
    await settle();
    assert.equal(log.bodies('finding').length, 1);
  });
});

test('a log that cannot be read is said to be, and read on later', async () => {
  await usingRig(async ({ log, said, start }) => {
    log.readFaults = 1;
    const reconciling = start();
    await settle();
    assert.equal(reconciling.status.state, 'failing');
    assert.match(said.join('\n'), /cannot be read on: unreadable/);
    mock.timers.tick(2_000);
    log.add('session', { event: 'opened' });
    log.add('hook', undecided('toolu_1'));
    await settle();
    assert.equal(reconciling.status.state, 'live');
    assert.equal(log.bodies('finding').length, 1);
  });
});

function holding(connection: Omit<SeenConnection, 'sessionId'>): OsWatch {
  const connections = [{ ...connection, sessionId: SESSION }];
  return {
    sample: () => ({ commands: [], connections: [] }),
    connections: () => Promise.resolve(connections),
    take: () => ({ commands: [], connections: [] }),
  };
}

for (const { name, address, finding, egress } of [
  {
    name: 'a connection to the model is a finding',
    address: '127.0.0.1',
    finding: ['traffic-outside-gateway'],
    egress: ['model'],
  },
  { name: 'one that the policy leaves open is recorded', address: '192.0.2.9', finding: [], egress: ['unexplained'] },
]) {
  test(name, async () => {
    await usingRig(async ({ log, start }) => {
      let nowMs = START_MS;
      const remote = { address, port: 5000 };
      start({ clock: () => nowMs, watch: holding({ pid: 7, startedAtMs: START_MS, remote }) });
      for (let second = 0; second < 4; second += 1) {
        nowMs += 1_000;
        mock.timers.tick(1_000);
        await settle();
      }
      assert.deepEqual(
        log.bodies('finding').map(({ event }) => event),
        finding,
      );
      assert.deepEqual(
        log.bodies('egress').map(({ to }) => to),
        egress,
      );
    });
  });
}
