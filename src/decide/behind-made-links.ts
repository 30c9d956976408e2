import { commandFileFindings } from './command-files.ts';
import { checkFile } from './file-check.ts';
import type { FileCheck } from './file-check.ts';
import type { Finding } from './finding.ts';
import { hopBudget, linkWorld } from './link-world.ts';
import type { HopBudget, LinkWorld } from './link-world.ts';
import { MAX_MADE_LINKS, linkKey, madeLinks } from './made-links.ts';
import type { MadeLink } from './made-links.ts';
import { UNKNOWN_LINK } from './open-path.ts';
import { place } from './path-candidate.ts';
import { readCommandLine } from './read-command-line.ts';
import type { CommandReading, ReachedCommand } from './reached-command.ts';
import { shellWord } from './shell-word.ts';

/** Most times that a command line is read anew because links that it makes lead to where it makes others. */
const MAX_ROUNDS = 3;

/**
 * What is to be said about a command line where the links that it makes itself are there already: a later part of it may go
 * through them, and a loop an earlier one.
 *
 * @param judge says what the rules say about a reading.
 */
export function behindMadeLinks(
  commandLine: string,
  folder: string,
  first: CommandReading,
  check: FileCheck,
  judge: (reading: CommandReading, check: FileCheck) => readonly Finding[],
): readonly Finding[] {
  const findings: Finding[] = [];
  const links = new Map<string, MadeLink>();
  const budget = hopBudget();
  let reading = first;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const made = [...madeLinks(reading).values()].flat().filter((link) => !links.has(linkKey(link)));
    if (made.length === 0) return findings;
    for (const link of made) links.set(linkKey(link), link);
    if (links.size > MAX_MADE_LINKS) break;
    const world = linkWorld([...links.values()], check.eyes, budget);
    const { homeDir } = check.places;
    const again = readCommandLine(commandLine, { folder, homeDir, realPath: world.realPath });
    if (!again.ok) break;
    reading = again.reading;
    const makers = madeLinks(reading);
    const behind = checkIn(check, world);
    findings.push(
      ...judge(withoutMakers(reading, makers), behind),
      ...makerFindings(makers, links, { check, behind, budget }),
    );
    if (world.isUnclear()) findings.push(UNKNOWN_LINK);
  }
  return [...findings, UNKNOWN_LINK];
}

function checkIn(check: FileCheck, world: LinkWorld): FileCheck {
  return { ...check, eyes: { ...check.eyes, realPath: world.realPath }, links: world };
}

/** The reading with nothing in place of the commands that make links, so that ranges of commands stay what they are. */
function withoutMakers(
  reading: CommandReading,
  makers: ReadonlyMap<ReachedCommand, readonly MadeLink[]>,
): CommandReading {
  const commands = reading.commands.map((command): ReachedCommand =>
    makers.has(command) ? { ...command, program: shellWord(''), words: [], role: 'wrapper' } : command,
  );
  return { ...reading, commands };
}

/** What makes a link does not write through it, but it may read behind one that it made before in the same call. */
function makerFindings(
  makers: ReadonlyMap<ReachedCommand, readonly MadeLink[]>,
  links: ReadonlyMap<string, MadeLink>,
  { check, behind, budget }: { readonly check: FileCheck; readonly behind: FileCheck; readonly budget: HopBudget },
): readonly Finding[] {
  return [...makers].flatMap(([command, own]) => {
    const keys = new Set(own.map(linkKey));
    const others = [...links.values()].filter((link) => !keys.has(linkKey(link)));
    const world = linkWorld(others, check.eyes, budget);
    const findings = commandFileFindings(
      { commands: [{ ...command, redirections: [] }], findings: [], inlineCode: [] },
      checkIn(check, world),
    );
    const copied = own.filter(({ way }) => way === 'copy').flatMap(({ target }) => target ?? []);
    return [
      ...findings,
      ...copied.flatMap((source) => checkFile(behind, place(source, 'read'), [])),
      ...(world.isUnclear() ? [UNKNOWN_LINK] : []),
    ];
  });
}
