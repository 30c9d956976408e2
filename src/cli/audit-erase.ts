import { Argument } from 'commander';
import type { Command } from 'commander';
import { MAX_REASON_LENGTH } from '../bin/erasure.ts';
import { UsageError } from '../core/error.ts';
import type { SessionId } from '../core/ids.ts';
import { parseSessionId } from '../core/ids.ts';
import { session } from './audit-content.ts';
import { controlClient } from './control-client.ts';
import { ownPaths } from './place.ts';
import { shownLine } from './shown-line.ts';

interface EraseOptions {
  readonly session: SessionId;
  readonly reason: string;
  readonly json?: boolean;
}

interface HoldOptions {
  readonly session?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

const REASON = `why, in at most ${MAX_REASON_LENGTH} characters: it stays in the log, so it names nobody`;

/** Adds `audit erase` and `audit hold`. */
export function addEraseCommands(audit: Command): void {
  audit
    .command('erase')
    .description(
      'destroy what makes the content of an ended session readable: its key, its masks, what was kept of its requests; the log stays whole and verifies; cannot be undone',
    )
    .requiredOption('--session <id>', 'the session', session)
    .requiredOption('--reason <text>', REASON)
    .option('--json', 'print JSON')
    .action(async (options: EraseOptions) => await erase(options));
  audit
    .command('hold')
    .description('keep the content of a session, or of all, from being erased, by anyone and by the policy')
    .addArgument(
      new Argument('[verb]', 'place a hold, release it, or list those that hold')
        .choices(['place', 'release', 'list'])
        .default('place'),
    )
    .option('--session <id>', 'the session, or `all`')
    .option('--reason <text>', REASON)
    .option('--json', 'print JSON')
    .action(async (verb: string, options: HoldOptions) => await hold(verb, options));
}

async function erase({ session: id, reason, json }: EraseOptions): Promise<void> {
  const erased = await controlClient(ownPaths().controlSocket).erase(id, reason);
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ session: id, ...erased })}\n`);
    return;
  }
  const bytes = (count: number | null): string => (count === null ? 'none were kept' : `${count} bytes removed`);
  process.stdout.write(
    [
      `erased ${id} (record ${erased.record})`,
      `  key      ${erased.key === 'destroyed' ? 'destroyed' : 'was not there'}`,
      `  contents ${bytes(erased.contentBytes)}`,
      `  masks    ${bytes(erased.maskBytes)}`,
      '',
    ].join('\n'),
  );
}

async function hold(verb: string, options: HoldOptions): Promise<void> {
  const client = controlClient(ownPaths().controlSocket);
  if (verb === 'list') {
    const { holds } = await client.holds();
    if (options.json === true) process.stdout.write(`${JSON.stringify(holds)}\n`);
    else if (holds.length === 0) process.stdout.write('nothing is held\n');
    else
      for (const one of holds)
        process.stdout.write(
          `${one.sessionId ?? 'all'}  ${new Date(one.atMs).toISOString()}  ${shownLine(`${one.by}  ${one.reason}`)}\n`,
        );
    return;
  }
  const scope = options.session;
  if (scope === undefined || (scope !== 'all' && parseSessionId(scope) === null))
    throw new UsageError('`--session` wants a session id, or `all`');
  if (options.reason === undefined) throw new UsageError('`--reason` is wanted');
  const { record } = await client.hold(verb === 'release' ? 'release' : 'hold', scope, options.reason);
  if (options.json === true) process.stdout.write(`${JSON.stringify({ scope, verb, record })}\n`);
  else process.stdout.write(`${verb === 'release' ? 'released' : 'held'}: ${scope} (record ${record})\n`);
}
