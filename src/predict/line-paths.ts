import { pathOperands } from './path-operands.ts';
import type { Access, PathCheck, PathFinding } from './path-check.ts';
import { expandHome, resolvePath } from './path-rule.ts';
import type { ClientScene } from './path-rule.ts';
import type { Mode } from './prediction.ts';
import type { ClientLine, LineCommand, LineRedirect, LineWord } from './shell-reading.ts';
import { innermost } from './wrappers.ts';

/** A path of a line that is denied or asks. */
export interface LineFinding {
  /** Index of its command in the line. */
  readonly command: number;
  readonly verdict: 'deny' | 'ask';
  readonly rule: string | null;
  readonly why: string;
  /** Whether a rule that allows the command does not help: redirections, and paths outside of the working directories. */
  readonly isFirm: boolean;
  /** Whether not even a rule that allows every command helps. */
  readonly isSensitive: boolean;
}

interface Checker {
  readonly scene: ClientScene;
  readonly check: PathCheck;
  readonly mode: Mode;
}

const ALWAYS_OPEN = new Set(['/dev/null']);

/** Changes of the folder that are followed: a line with two of them asks in any case. */
const MAX_CHANGES = 4;

/** All paths of a line that are denied or ask, in order. */
export function linePaths(line: ClientLine, scene: ClientScene, check: PathCheck, mode: Mode): readonly LineFinding[] {
  const checker = { scene, check, mode };
  const isUnsure = line.commands.length > 1 && line.commands.some(movesUnsurely);
  let folder = scene.cwd;
  let changes = 0;
  return line.commands.flatMap((command, index) => {
    const place = { index, folder, isUnsure };
    if (changes < MAX_CHANGES) {
      const after = folderAfter(command, folder, scene);
      if (after !== folder) changes += 1;
      folder = after;
    }
    return [
      ...operandFindings(checker, command, place),
      ...command.redirects.flatMap((redirect) => redirectFindings(checker, redirect, place)),
    ];
  });
}

/** Where a command of the line stands. */
interface Place {
  readonly index: number;
  /** The folder that the commands before have gone to, as far as they say. */
  readonly folder: string;
  readonly isUnsure: boolean;
}

function folderAfter(command: LineCommand, folder: string, { home }: ClientScene): string {
  const [name, target] = command.words;
  if (name?.value !== 'cd' || target === undefined || target.isDynamic || target.value === '-') return folder;
  return resolvePath(expandHome(target.value, home), folder);
}

/** What a path is found to be, in the folder of the session or, where that denies it, in the one that the line went to. */
function findPath({ scene, check, mode }: Checker, access: Access, written: string, { folder }: Place): PathFinding {
  const spelled = expandHome(written, scene.home);
  const finding = check.find(access, resolvePath(spelled, scene.cwd), mode);
  if (folder === scene.cwd || finding.verdict === 'deny') return finding;
  const moved = check.find(access, resolvePath(spelled, folder), mode);
  return moved.verdict === 'deny' ? moved : finding;
}

/** `cd src` may lead elsewhere by CDPATH, `cd ./src` may not. */
function movesUnsurely(command: LineCommand): boolean {
  const [name, folder] = command.words;
  return name?.value === 'cd' && folder !== undefined && !/^\.{0,2}\//.test(folder.text);
}

function operandFindings(checker: Checker, command: LineCommand, place: Place): readonly LineFinding[] {
  const { scene, check } = checker;
  const { index, isUnsure } = place;
  const read = pathOperands(innermost(command.words, 'path'));
  if (read === null) return [];
  const found: LineFinding[] = [];
  const ask = (why: string): void =>
    void found.push({ command: index, verdict: 'ask', rule: null, why, isFirm: true, isSensitive: false });
  if (read.hazard !== null) ask(read.hazard);
  if (isUnsure && read.access === 'write') ask('the line writes after it has changed its folder or a variable');
  const look = (access: Access, word: LineWord): void => {
    if (word.isDynamic) {
      if (access === 'write') ask('a file that is only known when the line runs is changed');
      return;
    }
    const path = resolvePath(expandHome(globBase(word), scene.home), scene.cwd);
    const finding = findPath(checker, access, globBase(word), place);
    const isBlind = isUnsure && access === 'read' && check.guardsReading && place.folder !== scene.cwd;
    const trouble = troubleOf(word, access);
    if (finding.verdict === 'deny')
      found.push({ ...finding, verdict: 'deny', command: index, isFirm: true, isSensitive: false });
    else if (trouble !== null) ask(trouble);
    else if (isBlind && !/^[/~]/.test(word.value))
      ask('the line reads after it has changed its folder, and some files may not be read');
    // Ask rules of reading speak of the Read tool only.
    else if (finding.verdict === 'ask' && !(access === 'read' && finding.isInside)) {
      const isSensitive = access === 'write' && check.isSensitive(path);
      found.push({ ...finding, verdict: 'ask', command: index, isFirm: !finding.isInside || isSensitive, isSensitive });
    }
  };
  for (const word of read.sources) {
    look('read', word);
    const path = resolvePath(expandHome(globBase(word), scene.home), scene.cwd);
    // A rule that allows reading does not allow copying from elsewhere.
    if (!word.isDynamic && !check.isInside(path) && check.rule('allow', 'write', path) === null)
      ask(`\`${path}\` lies outside of the working directories`);
  }
  for (const word of read.paths) look(read.access, word);
  return found;
}

function redirectFindings(checker: Checker, { operator, target }: LineRedirect, place: Place): readonly LineFinding[] {
  const { scene, check } = checker;
  const { index, isUnsure } = place;
  const access: Access = operator === '<' ? 'read' : 'write';
  if (ALWAYS_OPEN.has(target.value)) return [];
  const ask = (why: string, rule: string | null = null, isSensitive = false): readonly LineFinding[] => [
    { command: index, verdict: 'ask', rule, why, isFirm: true, isSensitive },
  ];
  const path = resolvePath(expandHome(target.value, scene.home), scene.cwd);
  const finding = findPath(checker, access, target.value, place);
  if (finding.verdict === 'deny')
    return [{ ...finding, verdict: 'deny', command: index, isFirm: true, isSensitive: false }];
  const unquoted = target.text.replace(/"[^"]*"|'[^']*'/g, '');
  const isSensitive = access === 'write' && check.isSensitive(path);
  if (/^[~=]|[*?[{$`]/.test(unquoted))
    return ask('the target of a redirection is expanded by the shell', null, isSensitive);
  if (isUnsure && access === 'write') return ask('the line writes after it has changed its folder or a variable');
  const trouble = troubleOf(target, access);
  if (trouble !== null) return ask(trouble);
  if (finding.verdict === 'allow' || (access === 'read' && finding.isInside)) return [];
  return ask(finding.why, finding.rule, isSensitive);
}

/** Why a path asks before it is even looked up. */
function troubleOf(word: LineWord, access: Access): string | null {
  if (/^~[^/]/.test(word.value)) return 'the home folder of somebody else';
  if (/[^/.][^/]*\/\.\.(?:\/|$)/.test(word.value)) return '`..` behind a folder, which may be a link';
  if (access === 'read' && word.value.includes('$')) return 'a `$` in a path, even if it stands for itself';
  if (access === 'write' && word.hasGlob) return 'files are changed that a glob stands for';
  if (access === 'write' && /[{}]/.test(word.value)) return 'a brace in the name of a file that is changed';
  return null;
}

/** The folder in front of the first glob. */
function globBase(word: LineWord): string {
  const at = word.hasGlob ? word.value.search(/[*?[]/) : -1;
  if (at === -1) return word.value;
  const folder = word.value.slice(0, word.value.lastIndexOf('/', at) + 1);
  return folder === '' ? '.' : folder;
}
