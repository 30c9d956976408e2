import { BUILTIN_RULES } from './builtin-rule.ts';
import type { Finding } from './finding.ts';
import { programName } from './program-name.ts';
import type { CommandReading, ReachedCommand } from './reached-command.ts';

/** Programs that fetch from the network. */
const FETCHERS = /^(?:curl|wget|aria2c|https?|xh|fetch)$/;
/** Programs that make something else of what they are given: a value of it, a count, a checksum. */
const RESHAPES = /^(?:[jy]q|wc|cksum|md5sum|b2sum|sha\d+sum|shasum)$/;
/** Places that keep nothing. */
const KEEPS_NOTHING = /^\/dev\/(?:null|std\w+|tty|fd\/\d+)$/;

/** What there is to ask about downloads that other programs keep on disk: `curl URL | base64 -d > file`. */
export function savedDownloads({ commands }: CommandReading): readonly Finding[] {
  if (!commands.some(fetches)) return [];
  const isSaved = commands.some(
    (command, at) =>
      keepsOutput(command) &&
      (comesFromFetch(command, commands) || mayHoldFetch(command, commands.slice(at + 1), commands)),
  );
  return isSaved
    ? [
        {
          verdict: 'ask',
          ruleId: BUILTIN_RULES.savedDownload,
          reason: 'This keeps a download on disk. A person looks at what is fetched.',
        },
      ]
    : [];
}

/** Whether the output is that of a group, a function or a wrapped program that may fetch: which commands belong to it is left open. */
function mayHoldFetch(
  { program, role }: ReachedCommand,
  behind: readonly ReachedCommand[],
  commands: readonly ReachedCommand[],
): boolean {
  return program.text === '' ? commands.some(fetches) : role === 'wrapper' && behind.some(fetches);
}

function fetches({ program }: ReachedCommand): boolean {
  return FETCHERS.test((programName(program.text) ?? '').toLowerCase());
}

function keepsOutput({ redirections }: ReachedCommand): boolean {
  return redirections.some(
    ({ access, target }) => access !== 'read' && !target.isDescriptor && !KEEPS_NOTHING.test(target.text),
  );
}

/** Whether output of a program that fetches reaches the command, through however many others. */
function comesFromFetch(command: ReachedCommand, commands: readonly ReachedCommand[]): boolean {
  const seen = new Set<ReachedCommand>();
  const open = [command];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (seen.has(each)) continue;
    seen.add(each);
    if (fetches(each)) return true;
    if (RESHAPES.test(programName(each.program.text) ?? '')) continue;
    for (const { start, end } of each.sources) open.push(...commands.slice(start, end));
  }
  return false;
}
