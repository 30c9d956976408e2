// Measures recorded cases again on the installed client: `npm run client:probe -- --cases FILE [--json] [--write]`.
// Prints what differs from what was recorded; exits 3 where something does. `--write` writes what was measured back.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundledClient, findBwrap } from '../src/cli/launch.ts';
import { SallyportError } from '../src/core/error.ts';
import { isJsonObject } from '../src/core/json.ts';
import { readMeasuredCase } from '../src/predict/index.ts';
import type { MeasuredCase } from '../src/predict/index.ts';
import { measureCases } from './measure-cases.ts';
import type { ProbeOutcome } from './probe-session.ts';

/** Longest run, in milliseconds: some thousand cases. */
const TIMEOUT_MS = 3_600_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { cases: { type: 'string' }, json: { type: 'boolean' }, write: { type: 'boolean' } },
  });
  if (values.cases === undefined) return told('usage: npm run client:probe -- --cases FILE [--json] [--write]', 2);
  const client = bundledClient();
  if (client === null) return told('error: the client is not installed for this platform', 1);
  let lines: readonly string[];
  let bwrap: string;
  try {
    lines = readFileSync(values.cases, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    bwrap = findBwrap(process.env['PATH'] ?? '');
  } catch (error) {
    if (error instanceof SallyportError || (error instanceof Error && 'code' in error))
      return told(`error: ${error.message}`, 1);
    throw error;
  }
  const cases: MeasuredCase[] = [];
  for (const [index, line] of lines.entries()) {
    const read = readMeasuredCase(line);
    if (typeof read === 'string') return told(`error: ${values.cases}:${index + 1}: ${read}`, 1);
    cases.push(read);
  }
  const outcomes = await measureCases(cases, { client, bwrap }, TIMEOUT_MS);
  if (values.write === true)
    writeFileSync(values.cases, `${lines.map((line, at) => renewed(line, outcomes[at])).join('\n')}\n`);
  const differences = cases.flatMap((recorded, at) => {
    const measured = outcomes[at]?.observed ?? null;
    return measured === recorded.observed ? [] : [{ line: at + 1, ...recorded, measured }];
  });
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify({ cases: cases.length, differences })}\n`
      : `${differences.map(shown).join('')}${cases.length} cases, ${differences.length} differ\n`,
  );
  return differences.length > 0 ? 3 : 0;
}

function told(text: string, code: number): number {
  process.stderr.write(`${text}\n`);
  return code;
}

/** A case as a diff of two lines. */
function shown(one: MeasuredCase & { readonly line: number; readonly measured: string | null }): string {
  const call = `${one.tool} ${JSON.stringify(one.input)} in ${one.mode} under ${JSON.stringify(one.settings)}`;
  return `@@ line ${one.line} @@ ${call}\n- ${one.observed}\n+ ${one.measured ?? 'no answer'}\n`;
}

/** The line of a case with what was measured now; as it is where nothing was. */
function renewed(line: string, outcome: ProbeOutcome | null | undefined): string {
  const recorded: unknown = JSON.parse(line);
  if (outcome === null || outcome === undefined || !isJsonObject(recorded)) return line;
  const { effectiveMode: _, ...rest } = recorded;
  const mode = outcome.effectiveMode === null ? {} : { effectiveMode: outcome.effectiveMode };
  return JSON.stringify({ ...rest, observed: outcome.observed, ...mode });
}
