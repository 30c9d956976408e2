import type { RuleVerdict } from '../core/rule-table.ts';
import { parseHostPattern } from '../core/host-pattern.ts';
import { programFolderProblem } from '../core/program-pattern.ts';
import { allowLimits, isNarrow } from './allow-limits.ts';
import { commandIntent } from './command-intents.ts';
import { meantCommand } from './command-words.ts';
import type { MeantCommand } from './command-words.ts';
import { lettersPattern } from './letters-pattern.ts';
import { meantPaths } from './path-rules.ts';
import type { ProposedRule } from './policy-draft.ts';
import { EVERY_COMMAND, strictPattern } from './strict-pattern.ts';
import type { Translation } from './translation.ts';

/**
 * Turns the text between the parentheses of a `Bash(…)` rule into rules of the same intent.
 *
 * @param isLive the client matches something with the rule, so that what it denies or asks for is never given up unsaid.
 */
export function commandRules(verdict: RuleVerdict, content: string, isLive: boolean): Translation {
  const meaning = meantCommand(content);
  switch (meaning.kind) {
    case 'every':
      return everyCommand(verdict);
    case 'none':
      return { rules: [], how: 'none', why: 'there is no command in it' };
    case 'command':
      if (verdict === 'allow' && isLive && hasLiteralStar(content.trim())) return LITERAL_STAR;
      return verdict === 'allow' ? allowed(meaning.command) : restricted(verdict, meaning.command, isLive);
  }
}

function hasLiteralStar(text: string): boolean {
  return text.endsWith(':*') && text.indexOf('*') < text.length - 1;
}

const LITERAL_STAR: Translation = {
  rules: [],
  how: 'none',
  why: 'in front of a last `:*` the client takes a star by its letter',
};

function everyCommand(verdict: RuleVerdict): Translation {
  const reason = verdict === 'allow' ? 'Every command is allowed that no rule names.' : 'No command runs by itself.';
  const rule: ProposedRule = {
    verdict,
    name: 'every-command',
    reason,
    body: { family: 'commands', run: ['*'], unless: [] },
  };
  const why = verdict === 'allow' ? 'this allows every command that no rule denies or asks for' : null;
  return { rules: [rule], how: 'same', why, isEverything: true };
}

/** A rule that denies or asks takes every spelling of what it says, and more where it has to choose. */
function restricted(verdict: 'deny' | 'ask', command: MeantCommand, isLive: boolean): Translation {
  const intent = commandIntent(command);
  if (intent === null) return byWords(verdict, command, isLive);
  const { name, reason, bodies, isWhole } = intent;
  const rules = bodies.map((body) => ({ verdict, name, reason, body }));
  if (isWhole || !isLive) return { rules, how: 'wider', why: null };
  const letters = byWords(verdict, command, isLive);
  return { ...letters, rules: [...rules, ...letters.rules] };
}

function byWords(verdict: 'deny' | 'ask', command: MeantCommand, isLive: boolean): Translation {
  const [only] = command.stages;
  const patterns = command.stages.map(strictPattern);
  const shown = command.stages.map((words) => words.join(' ')).join(' | ') || command.assignments.join(' ');
  const reason = verdict === 'deny' ? `\`${shown}\` is not run from here.` : `\`${shown}\` is confirmed by a person.`;
  const name = [...command.stages.flat(), ...command.assignments].slice(0, 5).join('-');
  const rule = (body: ProposedRule['body'], suffix = ''): ProposedRule => ({
    verdict,
    name: name + suffix,
    reason,
    body,
  });
  const files = [
    ...command.outputs.map((path) => ({ access: 'write' as const, paths: meantPaths(verdict, path) })),
    ...touched(command),
  ].filter(({ paths }) => paths.length > 0);
  const fileRules = files.map(({ access, paths }) =>
    rule({ family: 'files', access, paths, except: [] }, `-${access}`),
  );
  const isOpenPipe = patterns.length > 1 && patterns.some(({ run }) => run.length > 1);
  const said = isOpenPipe ? 'a star in the name of a program of a pipe' : null;
  const missing = isLive ? (patterns.find((pattern) => pattern.missing !== null)?.missing ?? said) : null;
  if (command.isScript) {
    const asked = (patterns.at(-1)?.run ?? []).map((last): ProposedRule => ({
      ...rule({ family: 'commands', run: [last], unless: [] }),
      verdict: 'ask',
    }));
    const why = 'a rule is on one command, so the last one of these is asked for';
    return { rules: [...asked, ...fileRules], how: isLive ? 'weaker' : 'wider', why };
  }
  // Where output goes is what such a rule is about; the file is protected from whatever writes it.
  if (command.outputs.length > 0) return { rules: fileRules, how: 'wider', why: null };
  if (only !== undefined && isPathOfStar(only[0] ?? '')) {
    const folder = (only[0] ?? '').replace(/\/\*+$/, '/**');
    const paths = meantPaths(verdict, folder);
    const why = 'a policy names programs, not where they lie, so the files in there are ruled on';
    return {
      rules: [rule({ family: 'files', access: 'read', paths, except: [] }, '-read')],
      how: isLive ? 'weaker' : 'wider',
      why,
    };
  }
  const assigned = command.assignments.map((word) => `<assign> ${word.replaceAll(/\*+/g, '*')}`);
  const run =
    only === undefined
      ? assigned
      : command.stages.length === 1
        ? (patterns[0]?.run ?? [])
        : [patterns.map((pattern) => pattern.run[0] ?? '').join(' | ')];
  const excess = patterns.find((pattern) => pattern.excess !== null)?.excess ?? null;
  const rules = [...(run.length === 0 ? [] : [rule({ family: 'commands', run, unless: [] })]), ...fileRules];
  return {
    rules,
    how: missing === null ? 'wider' : 'weaker',
    why: missing === null ? excess : `not taken: ${missing}`,
    isEverything: excess === EVERY_COMMAND,
  };
}

/** `~/.ssh/*` as a program is whatever lies in that folder. */
function isPathOfStar(program: string): boolean {
  return /\/\*+$/.test(program) && program.length > 2;
}

const READERS = new Set(
  ['cat', 'less', 'more', 'head', 'tail', 'tac', 'nl', 'grep', 'egrep', 'fgrep', 'rg', 'awk', 'sed', 'strings'].concat([
    'xxd',
    'od',
    'hexdump',
    'base64',
    'vi',
    'vim',
    'nano',
    'cp',
    'source',
  ]),
);
const CHANGERS = new Set(['rm', 'rmdir', 'truncate', 'shred', 'mv', 'tee', 'chmod', 'chown', 'touch', 'unlink', 'ln']);

/** The files that a rule on `cat FILE` or `rm FILE` protects, whichever way they are read or changed. */
function touched(
  command: MeantCommand,
): readonly { readonly access: 'read' | 'write'; readonly paths: readonly string[] }[] {
  const [words] = command.stages;
  if (words === undefined || command.stages.length !== 1) return [];
  const [program = '', ...rest] = words;
  const access = READERS.has(program) ? 'read' : CHANGERS.has(program) ? 'write' : null;
  if (access === null) return [];
  const isTree = rest.some((word) => /^-[a-zA-Z]*[rR]/.test(word));
  return rest
    .filter((word) => /^(?:\/|~\/|\*\*?\/|\.\.?\/)/.test(word) || /^(?:\.|\*\.)[\w*][\w.*-]+$/.test(word))
    .filter((word) => !/^[/~*.]*$/.test(word))
    .map((word) => ({ access, paths: meantPaths('deny', isTree ? `${word.replace(/\/\**$/, '')}/**` : word) }));
}

function allowed(command: MeantCommand): Translation {
  const [words = []] = command.stages;
  const [program = ''] = words;
  const shown = words.join(' ');
  if (command.assignments.length > 0)
    return { rules: [], how: 'none', why: 'a policy allows no command with a variable set in front of it' };
  if (command.isLoose)
    return { rules: [], how: 'none', why: 'a pattern cannot spell these quotes, so it would allow more' };
  if (command.stages.length > 1 || command.outputs.length > 0 || command.isScript)
    return {
      rules: [],
      how: 'none',
      why: 'more than one command, or its output to a file, is allowed part by part only',
    };
  if (program === 'curl' || program === 'wget') {
    const fetched = allowedFetch(program, words.slice(1));
    if (fetched !== null) return fetched;
  }
  const shownProgram = allowedProgram(program);
  if (shownProgram === null)
    return {
      rules: [],
      how: 'none',
      why: 'a policy allows a program by its name or by its path in the workspace, not by another folder',
    };
  if (!isNarrow(command, words))
    return { rules: [], how: 'none', why: 'more operands could stand behind these words than the rule allows' };
  const isCut = /[^*]\*$/.test(words.at(-1) ?? '') && !(words.at(-1) ?? '').includes('/') && words.length > 1;
  const kept = isCut ? [...words.slice(0, -1), (words.at(-1) ?? '').slice(0, -1)] : words;
  const rule: ProposedRule = {
    verdict: 'allow',
    name: words.slice(0, 5).join('-'),
    reason: `\`${shown}\` runs without a question.`,
    body: {
      family: 'commands',
      run: [`${lettersPattern(kept, shownProgram)}${command.needsMore ? ' <any>' : ''}`],
      unless: allowLimits(program, command),
    },
  };
  const star = words.indexOf('*', 1);
  if (command.needsMore || (star > 0 && words.slice(star + 1).some((word) => !word.startsWith('-'))))
    return { rules: [rule], how: 'wider', why: 'to a pattern a star between words also stands for none' };
  if (isCut) return { rules: [rule], how: 'narrower', why: 'a name that only begins so is not allowed' };
  const isOpen = program.includes('*');
  if (program.startsWith('/'))
    return {
      rules: [rule],
      how: 'wider',
      why: 'a policy knows a program by its name, in whichever folder of programs',
    };
  return { rules: [rule], how: 'same', why: isOpen ? 'any program can run under this; name the programs' : null };
}

/** How a rule that allows names the program; null where it cannot. A relative path is taken from the workspace. */
function allowedProgram(program: string): string | null {
  if (!program.includes('/')) return program;
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (/^\/(?:usr\/(?:local\/)?)?s?bin\/[^/*]+$/.test(program)) return name;
  const path = program.startsWith('./') ? program : `./${program}`;
  return /^[~/]/.test(program) || program.includes('*') || programFolderProblem(path) !== null ? null : path;
}

/** `curl -s https://host/*` allows reading from that host, whichever way. */
function allowedFetch(program: string, words: readonly string[]): Translation | null {
  const urls = words.filter((word) => /^https?:\/\//.test(word));
  const [url] = urls;
  if (url === undefined) return null;
  const host = /^https?:\/\/([^/:?#]+)/.exec(url)?.[1] ?? '';
  if (urls.length > 1 || !parseHostPattern(host).ok || host === '*')
    return { rules: [], how: 'none', why: 'the host cannot be read from this' };
  const fetch: ProposedRule = {
    verdict: 'allow',
    name: `${program}-known-hosts`,
    reason: 'Known hosts, reading only.',
    body: { family: 'commands', run: [`${program} <allowed-url>`], unless: allowLimits(program, null) },
  };
  const reach: ProposedRule = {
    verdict: 'allow',
    name: `host-${host}`,
    reason: `\`${host}\` is read without a question.`,
    body: { family: 'web', hosts: [host] },
  };
  const hasPath = /^https?:\/\/[^/]+\/[^*]/.test(url);
  return { rules: [fetch, reach], how: 'same', why: hasPath ? 'the whole host is read, not this path alone' : null };
}
