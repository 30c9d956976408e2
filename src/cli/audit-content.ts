import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { contentKeys } from '../bin/content-keys.ts';
import { wholeBody } from '../bin/content-lists.ts';
import { openContents } from '../bin/content-reader.ts';
import type { ContentProblem, ContentReader, ContentRef } from '../bin/content-reader.ts';
import { blocksOf, contentRecords, newWith } from '../bin/content-transcript.ts';
import type { ContentRecord, Said } from '../bin/content-transcript.ts';
import { localKeyWrap } from '../bin/key-wrap.ts';
import type { StatePaths } from '../bin/state-folder.ts';
import { NoSuchRecord, NotRunning, UsageError } from '../core/error.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import { saidText } from './content-text.ts';
import { controlClient } from './control-client.ts';
import { damageReport } from './damage-report.ts';
import { EXIT } from './exit-code.ts';
import { ownPaths } from './place.ts';
import { progressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';
import { shownLine } from './shown-line.ts';
import { written } from './written.ts';

interface ContentOptions {
  readonly request?: number;
  readonly json?: boolean;
  readonly sealed?: boolean;
  readonly true?: boolean;
  readonly body?: boolean;
}

/** Adds `audit content` to the commands of the log. */
export function addContentCommand(audit: Command, setExitCode: SetExitCode): void {
  audit
    .command('content')
    .description(
      'print what went to the model and what came back, as far as `gateway.content_log` has it kept; exits 1 where something cannot be read, 3 where it is not as written',
    )
    .argument('<session>', 'the session, as `sallyport status` and the log name it', session)
    .option('--request <record>', 'only this request and its reply, by the number of its record', count)
    .option('--sealed', 'open masked text that is sealed; the log records that')
    .option('--true', 'print the text as it was before masking; the log records that')
    .option('--body', 'with `--request`: print its whole body, byte for byte, and compare it with its digest')
    .option('--json', 'print JSON lines')
    .action(async (id: SessionId, options: ContentOptions) => await content(id, options, setExitCode));
}

async function content(id: SessionId, options: ContentOptions, setExitCode: SetExitCode): Promise<void> {
  if (options.body === true && options.request === undefined)
    throw new UsageError('`--body` needs `--request`', { hint: 'name one request by the number of its record' });
  const paths = ownPaths();
  const records = await recordsOf(paths, id, options.request ?? null);
  if (records.length === 0) {
    throw new NoSuchRecord(
      options.request === undefined
        ? 'the log names no kept content of this session'
        : 'the log names no kept content of this request',
      { hint: 'content is kept only under a policy with `gateway.content_log: masked` or `sealed`' },
    );
  }
  const form = options.true === true ? 'original' : 'masked';
  const isOpened = options.true === true || options.sealed === true;
  if (isOpened) await recordOpening(paths, id, { form, request: options.request ?? null });
  const keys = contentKeys(paths.contentKeys);
  const keysOpened = isOpened ? localKeyWrap((each) => keys.of(each)) : null;
  const reader = await openContents({ folder: paths.content, sessionId: id, keys: keysOpened });
  if (reader === null)
    throw new NoSuchRecord('the content of this session is gone', {
      hint: `it was in \`${paths.content}\`; \`sallyport audit tail --kind admin --session ${id}\` says whether it was erased`,
    });
  const problems = new Set<ContentProblem>();
  try {
    if (options.body === true) await printBody(reader, records, form, problems);
    else for (const record of records) await printRecord(reader, record, form, options.json === true, problems);
  } finally {
    await reader.close();
  }
  // What is sealed was not asked for.
  problems.delete('sealed');
  if (problems.has('altered') || problems.has('malformed')) setExitCode(EXIT.no);
  else if (problems.size > 0) setExitCode(EXIT.failed);
}

async function recordsOf(paths: StatePaths, id: SessionId, request: number | null): Promise<readonly ContentRecord[]> {
  const damages = damageReport();
  const line = progressLine(() => performance.now());
  const found: ContentRecord[] = [];
  const onProgress = (records: number): void => line.show(`reading the log (${records} records)`);
  for await (const record of contentRecords({ folder: paths.audit, onDamage: damages.add, onProgress })) {
    if (record.sessionId !== id) continue;
    const isAsked = record.kind === 'request' ? record.index === request : record.follows === request;
    if (request === null || isAsked) found.push(record);
  }
  line.clear();
  damages.end();
  return found;
}

/** Whoever opens what is sealed says so in the log, unless no daemon runs that could write there. */
export async function recordOpening(
  paths: StatePaths,
  id: SessionId,
  about: { readonly form: string; readonly request: number | null },
): Promise<void> {
  try {
    await controlClient(paths.controlSocket).recordOpening(id, about);
  } catch (error) {
    if (!(error instanceof NotRunning) || existsSync(paths.controlSocket)) throw error;
    process.stderr.write('warning: no daemon runs, so the log does not record that this was opened\n');
  }
}

async function printBody(
  reader: ContentReader,
  records: readonly ContentRecord[],
  form: 'masked' | 'original',
  problems: Set<ContentProblem>,
): Promise<void> {
  const ref = records.find(({ kind }) => kind === 'request')?.[form] ?? null;
  if (ref === null)
    throw new NoSuchRecord(`the ${form} text of this request is not kept`, { hint: 'the policy decides that' });
  const whole = await wholeBody(reader, ref);
  if (whole.ok) process.stdout.write(whole.bytes);
  if (whole.ok && whole.isSame) return;
  const problem = whole.ok ? 'altered' : whole.problem;
  problems.add(problem === 'sealed' ? 'missing' : problem);
  process.stderr.write(`error: the body cannot be put together as it was: ${problem}\n`);
}

async function printRecord(
  reader: ContentReader,
  record: ContentRecord,
  form: 'masked' | 'original',
  isJson: boolean,
  problems: Set<ContentProblem>,
): Promise<void> {
  const { index, kind, occurredAtMs, follows, model } = record;
  const ref: ContentRef | null = record[form];
  const at = new Date(occurredAtMs).toISOString();
  if (!isJson) {
    const words = [String(index), at, kind, model, follows === null ? null : `follows ${follows}`];
    process.stdout.write(`${shownLine(words.filter((word) => word !== null).join('  '))}\n`);
    if (ref === null) process.stdout.write('  [not kept: the policy seals the masked text alone]\n');
  }
  const base = { record: index, at, kind, follows, model, form };
  if (ref === null) {
    if (isJson) process.stdout.write(`${JSON.stringify({ ...base, problem: 'not-kept' })}\n`);
    return;
  }
  for await (const said of kind === 'request' ? newWith(reader, ref) : blocksOf(reader, ref)) {
    if (!said.ok) problems.add(said.problem);
    await written(isJson ? `${JSON.stringify({ ...base, ...jsonOf(said) })}\n` : saidText(said));
  }
}

function jsonOf(said: Said): object {
  return said.ok ? { said: said.value, ...(said.isCut ? { isCut: true } : {}) } : { problem: said.problem };
}

/** Reads a session id: for commander. */
export function session(text: string): SessionId {
  const id = parseSessionId(text);
  if (id === null)
    throw new InvalidArgumentError(
      'a session id is wanted, `ses_` and 26 characters: `sallyport audit tail --kind session` names them',
    );
  return id;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is wanted');
  return value;
}
