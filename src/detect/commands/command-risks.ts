import { detectorId } from '../../core/ids.ts';
import { ENDLESS_FUNCTION, commandsInCode, readInPart } from '../../decide/index.ts';
import type { CommandReading, CommandSpan } from '../../decide/index.ts';
import { CODE_FACTS } from './code-facts.ts';
import { CONTAINER_ESCAPE } from './container-escape.ts';
import { CREDENTIAL_ACCESS } from './credential-access.ts';
import { DESTRUCTIVE_CLOUD } from './destructive-cloud.ts';
import { DESTRUCTIVE_DATA } from './destructive-data.ts';
import { DESTRUCTIVE_GIT } from './destructive-git.ts';
import { DESTRUCTIVE } from './destructive.ts';
import { DOWNLOAD_AND_RUN } from './download-and-run.ts';
import { EVASION } from './evasion.ts';
import { EXFILTRATION } from './exfiltration.ts';
import { meantCommands } from './meant-commands.ts';
import { PERSISTENCE } from './persistence.ts';
import { PRIVILEGE } from './privilege.ts';
import { RECON } from './recon.ts';
import type { CommandRisk, RiskFact } from './risk.ts';
import { viewsOf } from './risk-view.ts';
import type { RiskPlace, RiskView } from './risk-view.ts';
import { TAMPERING } from './tampering.ts';
import { WINDOWS } from './windows.ts';

/** All facts, in the order of the classes. */
export const RISK_FACTS: readonly RiskFact<RiskView>[] = [
  ...DESTRUCTIVE,
  ...DESTRUCTIVE_GIT,
  ...DESTRUCTIVE_DATA,
  ...DESTRUCTIVE_CLOUD,
  ...EXFILTRATION,
  ...DOWNLOAD_AND_RUN,
  ...PRIVILEGE,
  ...PERSISTENCE,
  ...CREDENTIAL_ACCESS,
  ...TAMPERING,
  ...EVASION,
  ...CONTAINER_ESCAPE,
  ...WINDOWS,
  ...RECON,
];

const ANY_PROGRAM = RISK_FACTS.filter(({ programs }) => programs === null);
const BY_PROGRAM = new Map<string, RiskFact<RiskView>[]>();
for (const fact of RISK_FACTS)
  for (const program of fact.programs ?? []) {
    const facts = BY_PROGRAM.get(program);
    if (facts === undefined) BY_PROGRAM.set(program, [fact]);
    else facts.push(fact);
  }

/** The one fact that is about no single command: a fork bomb is a function that calls itself. */
const ENDLESS = {
  risk: 'destructive',
  id: detectorId('command/endless-function'),
  reason: 'A function that calls itself without end uses up the machine.',
} as const;

/** Deepest nesting of commands in program text in commands that is followed. */
const MAX_CODE_DEPTH = 2;
/** Most texts within program text that are read as commands. */
const MAX_CODE_TEXTS = 50;

/** The risks of a command line, and why it could not be read to its end; null where it could. */
export interface RiskReading {
  readonly risks: readonly CommandRisk[];
  readonly why: string | null;
}

/**
 * What is risky about a command line, whatever wraps or nests it: each kind once for each command, ordered by place and
 * then by id. Pure, and never throws on any text.
 */
export function commandRisks(commandLine: string, scene: Pick<RiskPlace, 'workspace' | 'homeDir'>): RiskReading {
  const { reading, why } = readInPart(readable(commandLine), { folder: scene.workspace, homeDir: scene.homeDir });
  return { risks: risksOf(reading, { ...scene, commandLine, isCode: false }), why };
}

/** The same, of a command line that was read already. */
export function risksOf(reading: CommandReading, place: RiskPlace): readonly CommandRisk[] {
  const risks = new Map<string, CommandRisk>();
  addRisks(risks, reading, place, null, 0);
  return [...risks.values()].sort((one, other) => one.span.start - other.span.start || (one.id < other.id ? -1 : 1));
}

/**
 * The line as it is read here; all that is put in place of something is of the same length, so that places stay.
 * What `mktemp -d` prints is a temporary folder, and so is `$TMPDIR`, unless the line itself sets it to another. An
 * operator in front of everything is a slip: what stands behind it is what was meant.
 */
function readable(commandLine: string): string {
  let line = commandLine.replace(/^[\s&|;]{1,16}/, (text) => ' '.repeat(text.length));
  if (line.includes('mktemp') && !/mktemp\s{0,9}\(/.test(line))
    line = line.replaceAll(MADE_FOLDER, (text) => '/tmp/'.padEnd(text.length, 'x'));
  if (!line.includes('TMPDIR')) return line;
  for (const [, value] of line.matchAll(/TMPDIR\s{0,9}=(\S{0,200})/g)) if (!isTemporary(value ?? '')) return line;
  return line.replaceAll(/\$(?:TMPDIR\b|\{TMPDIR\})/g, (text) => '/tmp'.padEnd(text.length, '/'));
}

/** `$(mktemp -d)`, with a name at most, and not below another folder. */
const MADE_FOLDER = /\$\(mktemp (?:-d|--directory)(?: -t)?(?: (?:\/tmp\/)?[\w.-]{1,64})?\)/g;

function isTemporary(value: string): boolean {
  const path = value.replaceAll(/["';]/g, '');
  return /^\/(?:private\/)?(?:var\/)?tmp(?:\/|$)/.test(path) && !path.includes('..') && !path.includes('$');
}

function addRisks(
  risks: Map<string, CommandRisk>,
  reading: CommandReading,
  place: RiskPlace,
  outer: CommandSpan | null,
  depth: number,
): void {
  const add = ({ risk, id, reason }: Pick<CommandRisk, 'risk' | 'id' | 'reason'>, span: CommandSpan): void => {
    const key = `${span.start} ${span.end} ${id}`;
    if (!risks.has(key)) risks.set(key, { risk, id, reason, span });
  };
  if (reading.findings.some(({ reason }) => reason === ENDLESS_FUNCTION))
    add(ENDLESS, outer ?? { start: 0, end: place.commandLine.length });
  for (const view of viewsOf(reading, place)) {
    const span = outer ?? view.command.span;
    if (depth < MAX_CODE_DEPTH) {
      for (const text of meantCommands(view)) addText(text, view.command.folders?.[0] ?? place.workspace, span, place);
    }
    for (const fact of BY_PROGRAM.get(knownName(view.name)) ?? []) if (fact.holds(view)) add(fact, span);
    for (const fact of ANY_PROGRAM) if (fact.holds(view)) add(fact, span);
  }
  for (const code of reading.inlineCode) {
    const span = outer ?? code.span;
    for (const fact of CODE_FACTS) if (fact.holds(code.text)) add(fact, span);
    if (depth >= MAX_CODE_DEPTH) continue;
    const folder = code.folders?.[0] ?? place.workspace;
    for (const text of [...commandsInCode(code), code.text].slice(0, MAX_CODE_TEXTS))
      addText(text, folder, span, { ...place, isCode: true });
  }

  function addText(text: string, folder: string, span: CommandSpan, inside: RiskPlace): void {
    const inner = readInPart(text, { folder, homeDir: place.homeDir });
    if (inner.why === null) addRisks(risks, inner.reading, inside, span, depth + 1);
  }
}

/** `mkfs.ext4` is `mkfs`, `python3.12` is `python3`, `php8.3` is `php`. */
function knownName(name: string): string {
  if (BY_PROGRAM.has(name)) return name;
  if (name.startsWith('mkfs.')) return 'mkfs';
  const plain = name.replace(/\.exe$|(?<=\d)\.\d+$/, '');
  return BY_PROGRAM.has(plain) ? plain : plain.replace(/\d+$/, '');
}
