import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleTable } from '../core/rule-table.ts';
import { USUAL_SCENES, diffTables, isProvenEqual } from './diff-tables.ts';
import { calls, hosts, paths, run, table, tools } from './sample-table.ts';
import { unreachableRules } from './unreachable-rules.ts';

/** Seconds of processor time in which two large policies are compared, wherever nothing else slows it. */
const MAX_SECONDS = 5;

/** 300 rules of every kind, of which every tenth depends on `mark`. */
function large(mark: string): RuleTable {
  const empty = table({ commands: [], files: [], web: [], mcp: [], tools: [] });
  const verdicts = ['deny', 'ask', 'allow'] as const;
  const parts = Array.from({ length: 300 }, (_, at): Partial<RuleTable> => {
    const verdict = verdicts[at % 3] ?? 'deny';
    const [id, own] = [`r/r${at}`, at % 10 === 1 ? `${at}${mark}` : `${at}`];
    switch (at % 5) {
      case 0:
      case 1:
        return {
          commands: [
            run(
              verdict,
              id,
              [`prog${own}`, `tool${at % 40} {sub${at},other${own}} {-f,--force}`, `git sub${at} *:x${own}`],
              [`prog${own} --safe`],
            ),
          ],
        };
      case 2:
        return {
          files: [
            paths(
              verdict,
              id,
              at % 2 === 0 ? 'write' : 'read',
              [`**/*.ext${own}`, `**/dir${own}/**`, `~/.conf${own}/**`, `/srv/a${at}/*.x`],
              [`**/ok${at}.ext${at}`],
            ),
          ],
        };
      case 3:
        return { web: [hosts(verdict, id, [`h${own}.example.com`, `*.z${at}.example.org`])] };
      default:
        return at % 2 === 0
          ? { tools: [tools(verdict, id, [`Tool${own}`])] }
          : { mcp: [calls(verdict, id, `s${at % 20}*`, [`get_${at}*`, `set_${own}`])] };
    }
  });
  return {
    ...empty,
    commands: parts.flatMap((part) => part.commands ?? []),
    files: parts.flatMap((part) => part.files ?? []),
    web: parts.flatMap((part) => part.web ?? []),
    mcp: parts.flatMap((part) => part.mcp ?? []),
    tools: parts.flatMap((part) => part.tools ?? []),
  };
}

test('two policies of 300 rules are compared in seconds', () => {
  const started = process.cpuUsage();
  const diff = diffTables(large(''), large('b'), { scenes: USUAL_SCENES });
  const seconds = process.cpuUsage(started).user / 1_000_000;
  assert.ok(diff.layers.guard.changes.length > 50);
  assert.ok(seconds < MAX_SECONDS, `${seconds} s`);
});

test('two equal policies of 300 rules are proven equal', () => {
  assert.ok(isProvenEqual(diffTables(large(''), large(''), { scenes: USUAL_SCENES })));
});

test('300 rules are searched for what decides nothing in seconds', () => {
  const started = process.cpuUsage();
  unreachableRules(large(''));
  assert.ok(process.cpuUsage(started).user / 1_000_000 < MAX_SECONDS);
});
