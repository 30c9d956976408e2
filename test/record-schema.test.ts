import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLog } from '../src/audit/index.ts';
import type { LoggedRecord } from '../src/audit/index.ts';
import { stringField } from '../src/core/json.ts';
import { ocsfOf } from '../src/ocsf/index.ts';
import { checkRecord, RECORD_BODIES } from '../src/records/index.ts';
import { clientSkipReason } from './client-skip.ts';
import { ROOT } from './daemon-process.ts';
import { run, stage } from './masked-session.ts';
import { ocsfFaults } from './ocsf-validator.ts';

/** Files that write lines with an `event` of their own, which are no records. */
const OTHER_EVENTS =
  /^src\/(?:records|ocsf|cli|drill|query)\/|^src\/bin\/usage-|^src\/gateway\/sse-codec|-rig\.ts$|\.test\.ts$/;

/** An event in a body, or one that is told about the delivery. */
const NAMED_EVENT = /'((?<=\bevent: ')[a-z][a-z_-]*|delivery-[a-z-]*[a-z])'/g;

test('every event that the source names is in the schema', () => {
  const known = new Set(RECORD_BODIES.map(({ event }) => event));
  const written = globSync('src/**/*.ts', { cwd: ROOT })
    .filter((file) => !OTHER_EVENTS.test(file))
    .flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(NAMED_EVENT)].map(([, event = '']) => ({
        file,
        event,
      })),
    );
  assert.ok(written.length >= 30);
  assert.deepEqual(
    written.filter(({ event }) => !known.has(event)),
    [],
  );
});

/** What is outside of the schema, or is no event of the framework, in the log of a state folder. */
async function faultsOf(
  folder: string,
): Promise<{ readonly records: readonly LoggedRecord[]; readonly faults: readonly string[] }> {
  const records: LoggedRecord[] = [];
  const faults: string[] = [];
  for await (const record of readLog(folder)) {
    records.push(record);
    const checked = checkRecord(record);
    if (!checked.isKnown) faults.push(checked.problem);
    faults.push(...ocsfFaults(ocsfOf(record, { logId: 'sallyport/host/0a1b2c3d', productVersion: '0.1.0' })));
  }
  return { records, faults };
}

function eventsOf(records: readonly LoggedRecord[]): ReadonlySet<string> {
  return new Set(records.map(({ kind, body }) => `${kind} ${stringField(body, 'event') ?? ''}`));
}

test(
  'a session with the real client leaves no record that the schema does not know',
  { skip: clientSkipReason() },
  async (t) => {
    const { home, workspace, restart } = await stage(t, 'anthropic');
    const ran = await run(home, workspace, 'read the notes');
    assert.equal(ran.status, 0, ran.stderr);
    await restart();
    const { records, faults } = await faultsOf(join(home.state, 'audit'));
    assert.deepEqual(faults, []);
    const events = eventsOf(records);
    for (const event of [
      'log opened',
      'log closed',
      'session documents',
      'model response',
      'model tool_use',
      'hook SessionStart',
    ])
      assert.ok(events.has(event), event);
  },
);
