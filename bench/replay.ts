import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderTree, verify } from '../src/verify/index.ts';
import { loadPolicy } from '../src/bin/load-policy.ts';
import { replayLog } from '../src/bin/replay-log.ts';
import type { RuleTable } from '../src/core/rule-table.ts';
import { taintRulesOf } from '../src/core/taint.ts';
import { makeRecordedLog } from './support/recorded-log.ts';

/** Name of the bench on the command line. */
export const name = 'replay';

/** Recorded decisions; a third word on the command line asks for another number. */
const RECORDS = 1_000_000;
const BUDGET_S = 60;

/**
 * Wall time of deciding a real log again under another policy, with its content sealed under one key per session. The log
 * is made by the log's own writer before the clock starts. One line of JSON per round.
 */
export async function run(): Promise<void> {
  const records = Number(process.argv[3] ?? RECORDS);
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  try {
    const index = loadPolicy(['policies/default.yaml'], join(folder, 'state')).indexAt(Date.now());
    const startMs = performance.now();
    const distinct = await makeRecordedLog(folder, index, { records });
    const { ok, bytes } = await verify(folderTree(join(folder, 'audit')));
    if (!ok) throw new Error('the log of the bench does not verify');
    const madeIn = ((performance.now() - startMs) / 1_000).toFixed(0);
    process.stderr.write(
      `log of ${records} decisions, ${distinct} of them distinct, made and verified in ${madeIn} s\n`,
    );
    const table = changed(index.table);
    const plan = {
      table,
      taint: taintRulesOf({ onFinding: null, taint: false }),
      keysFolder: join(folder, 'keys', 'content'),
      filter: { sinceMs: null, untilMs: null, sessionId: null },
      maxWitnesses: 3,
    };
    for (const threads of [availableParallelism(), 1]) {
      const startMs = performance.now();
      const used = process.cpuUsage();
      const { tally, damagedCount } = await replayLog(join(folder, 'audit'), plan, undefined, threads);
      const seconds = (performance.now() - startMs) / 1_000;
      const cpu = process.cpuUsage(used);
      const { decided } = tally.totals;
      if (decided !== records || damagedCount > 0) throw new Error(`${decided} of ${records} decided again`);
      const changes = tally.changes.reduce((sum, { count }) => sum + count, 0);
      console.log(
        JSON.stringify({
          bench: name,
          name: `replay of ${records} recorded decisions, ${threads} threads`,
          unit: 's',
          value: round(seconds),
          // Over all threads: what the wall time would be on as many cores that have nothing else to do.
          cpuPerThread: round((cpu.user + cpu.system) / 1_000_000 / threads),
          budget: BUDGET_S,
          perSecond: Math.round(records / seconds),
          distinct,
          bytes,
          changes,
        }),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Another policy: without the first deny rule and the first allow rule on commands. */
function changed(table: RuleTable): RuleTable {
  const first = (verdict: string): unknown => table.commands.find((rule) => rule.verdict === verdict);
  const dropped = new Set([first('deny'), first('allow'), table.commands.find(({ id }) => id === 'shell/upload')]);
  return { ...table, commands: table.commands.filter((rule) => !dropped.has(rule)) };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
