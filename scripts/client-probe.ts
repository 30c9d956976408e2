// Measures recorded cases again on the installed client: `npm run client:probe -- --cases FILE [--json] [--write]`.
// Prints what differs from what was recorded; exits 3 where something does. `--write` writes what was measured back.
import { execFileSync } from 'node:child_process';
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
const USAGE = 'usage: npm run client:probe -- --cases FILE [--json] [--write]';

process.exitCode = await main();

async function main(): Promise<number> {
  const values = readWords();
  if (values?.cases === undefined) return told(USAGE, 2);
  const client = bundledClient();
  if (client === null) return told('error: the client is not installed for this platform', 1);
  let lines: readonly { readonly text: string; readonly number: number }[];
  let bwrap: string;
  try {
    lines = readFileSync(values.cases, 'utf8')
      .split('\n')
      .map((text, at) => ({ text, number: at + 1 }))
      .filter(({ text }) => text.trim() !== '');
    bwrap = findBwrap(process.env['PATH'] ?? '');
  } catch (error) {
    if (error instanceof SallyportError || (error instanceof Error && 'code' in error))
      return told(`error: ${error.message}`, 1);
    throw error;
  }
  const cases: MeasuredCase[] = [];
  for (const { text, number } of lines) {
    const read = readMeasuredCase(text);
    if (typeof read === 'string') return told(`error: ${values.cases}:${number}: ${read}`, 1);
    cases.push(read);
  }
  const outcomes = await measureCases(cases, { client, bwrap }, TIMEOUT_MS);
  const missing = outcomes.filter((outcome) => outcome === null).length;
  if (cases.length > 0 && missing === cases.length) return told('error: the client gave no answer to any case', 1);
  if (values.write === true) {
    const version = clientVersion(client);
    const renewedLines = lines.map(({ text }, at) => renewed(text, outcomes[at], version));
    writeFileSync(values.cases, renewedLines.map((line) => `${line}\n`).join(''));
  }
  const differences = cases.flatMap((recorded, at) => {
    const measured = outcomes[at]?.observed ?? null;
    return measured === recorded.observed ? [] : [{ line: lines[at]?.number ?? 0, ...recorded, measured }];
  });
  const unanswered = missing === 0 ? '' : `, ${missing} of them without an answer`;
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify({ cases: cases.length, unanswered: missing, differences })}\n`
      : `${differences.map(shown).join('')}${cases.length} cases, ${differences.length} differ${unanswered}\n`,
  );
  return differences.length > 0 ? 3 : 0;
}

/** The options, or null where they are none that it knows. */
function readWords(): { readonly cases?: string; readonly json?: boolean; readonly write?: boolean } | null {
  try {
    return parseArgs({
      options: { cases: { type: 'string' }, json: { type: 'boolean' }, write: { type: 'boolean' } },
    }).values;
  } catch {
    return null;
  }
}

/** What the client calls its version, or null. */
function clientVersion(client: string): string | null {
  return /^\d+(?:\.\d+)+/.exec(execFileSync(client, ['--version'], { encoding: 'utf8' }))?.[0] ?? null;
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
function renewed(line: string, outcome: ProbeOutcome | null | undefined, version: string | null): string {
  const recorded: unknown = JSON.parse(line);
  if (outcome === null || outcome === undefined || !isJsonObject(recorded)) return line;
  const { effectiveMode: _, ...rest } = recorded;
  const mode = outcome.effectiveMode === null ? {} : { effectiveMode: outcome.effectiveMode };
  return JSON.stringify({ ...rest, observed: outcome.observed, ...(version === null ? {} : { version }), ...mode });
}
