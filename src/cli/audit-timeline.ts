import type { Command } from 'commander';
import { readLog } from '../audit/index.ts';
import { NoSuchRecord, UsageError } from '../core/error.ts';
import type { SessionId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import { timeline } from '../query/index.ts';
import type { TimelineEntry } from '../query/index.ts';
import { session } from './audit-content.ts';
import { damageReport } from './damage-report.ts';
import type { DamageReport } from './damage-report.ts';
import { EXIT } from './exit-code.ts';
import { localLog } from './log-place.ts';
import { progressLine } from './progress-line.ts';
import type { SetExitCode } from './program.ts';
import { whenReaderGone } from './reader-gone.ts';
import { timelineContent } from './timeline-content.ts';
import type { TimelineContent } from './timeline-content.ts';
import { timelineLine, turnLine } from './timeline-text.ts';
import type { TimelineScale } from './timeline-text.ts';
import { written } from './written.ts';

interface TimelineOptions {
  readonly json?: boolean;
  readonly follow?: boolean;
  readonly content?: boolean;
  readonly sealed?: boolean;
  readonly true?: boolean;
  readonly log?: string;
}

/** Adds `audit timeline` to the commands of the log. */
export function addTimelineCommand(audit: Command, setExitCode: SetExitCode): void {
  audit
    .command('timeline')
    .description(
      'print what happened in a session as one story: prompts, model turns, calls with their decision and result, egress, findings; names damaged records on stderr and then exits 1',
    )
    .argument('<session>', 'the session, as `sallyport status` and the log name it', session)
    .option('-f, --follow', 'go on as records come, until the session ends')
    .option('--json', 'print JSON lines, one for each entry')
    .option('--content', 'with what went to the model and came back, as far as it is kept in clear')
    .option('--sealed', 'with `--content`: open masked text that is sealed; the log records that')
    .option('--true', 'with `--content`: the text as it was before masking; the log records that')
    .option('--log <folder>', 'the log (default: the one of the state folder)')
    .action(async (id: SessionId, options: TimelineOptions) => await show(id, options, setExitCode));
}

async function show(id: SessionId, options: TimelineOptions, setExitCode: SetExitCode): Promise<void> {
  const isOpening = options.sealed === true || options.true === true;
  if (isOpening && options.content !== true)
    throw new UsageError('`--sealed` and `--true` open content', { hint: 'add `--content`' });
  if (options.content === true && (options.follow === true || options.json === true))
    throw new UsageError('`--content` goes with neither `--follow` nor `--json`', {
      hint: 'see `sallyport audit content`',
    });
  if (options.content === true && options.log !== undefined)
    throw new UsageError('content is kept beside the own log alone', { hint: 'leave out `--log`' });
  const folder = localLog(options.log ?? null);
  const damages = damageReport();
  const page = pageOf(options, options.content === true ? await timelineContent(id, options) : null);
  try {
    const isThere =
      options.follow === true ? await followed(folder, id, damages, page) : await told(folder, id, damages, page);
    damages.end();
    if (!isThere && damages.count === 0)
      throw new NoSuchRecord('the log names no such session', {
        hint: "`sallyport audit query 'SELECT session FROM sessions'` lists them",
      });
  } finally {
    await page.close(setExitCode);
  }
  if (damages.count > 0) setExitCode(EXIT.failed);
}

/** Where entries go. */
interface Page {
  opened(scale: TimelineScale): void;
  put(entry: TimelineEntry): Promise<void>;
  close(setExitCode: SetExitCode): Promise<void>;
}

function pageOf(options: TimelineOptions, content: TimelineContent | null): Page {
  let scale: TimelineScale = { startMs: 0, workspace: null };
  let turn = -1;
  return {
    opened: (given) => {
      scale = given;
    },
    async put(entry) {
      if (options.json === true) return await written(`${JSON.stringify(entry)}\n`);
      // What finishes after its turn is told where it finished.
      if (entry.turn > turn) {
        await written(`${turn === -1 ? '' : '\n'}${turnLine(entry.turn, entry.atMs)}\n`);
        turn = entry.turn;
      }
      await written(`${timelineLine(entry, scale)}\n`);
      for await (const text of content?.of(entry) ?? []) await written(text);
    },
    close: async (setExitCode) => await content?.close(setExitCode),
  };
}

async function told(folder: string, id: SessionId, damages: DamageReport, page: Page): Promise<boolean> {
  const line = progressLine(() => performance.now());
  const story = timeline();
  // A call that is told of twice stands once, as it was last known.
  const entries = new Map<string, TimelineEntry>();
  const take = (more: readonly TimelineEntry[]): void => {
    for (const entry of more) entries.set(`${entry.id} ${entry.kind}`, entry);
  };
  let scale: TimelineScale | null = null;
  for await (const record of readLog(folder, { onDamage: damages.add })) {
    line.show(`reading the log (${record.index} records)`);
    if (record.sessionId !== id) continue;
    scale ??= { startMs: record.occurredAtMs, workspace: stringField(record.body, 'workspace') };
    take(story.add(record));
  }
  take(story.rest());
  line.clear();
  if (scale === null) return false;
  page.opened(scale);
  for (const entry of [...entries.values()].sort((one, other) => one.id - other.id)) await page.put(entry);
  return true;
}

/** Entries as they become whole; what still waits is told when the session ends or the reader goes. */
async function followed(folder: string, id: SessionId, damages: DamageReport, page: Page): Promise<boolean> {
  const stop = new AbortController();
  const unwatch = whenReaderGone(() => stop.abort());
  const interrupt = (): void => stop.abort();
  process.on('SIGINT', interrupt);
  const story = timeline();
  let isOpened = false;
  try {
    for await (const record of readLog(folder, { follow: stop.signal, onDamage: damages.add })) {
      if (record.sessionId !== id) continue;
      if (!isOpened) page.opened({ startMs: record.occurredAtMs, workspace: stringField(record.body, 'workspace') });
      isOpened = true;
      for (const entry of story.add(record)) await page.put(entry);
      if (record.kind === 'session' && stringField(record.body, 'event') === 'ended') break;
    }
    for (const entry of story.rest()) await page.put(entry);
  } finally {
    process.off('SIGINT', interrupt);
    unwatch();
  }
  return true;
}
