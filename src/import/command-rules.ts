import type { RuleVerdict } from '../core/rule-table.ts';
import { parseHostPattern } from '../core/host-pattern.ts';
import { allowLimits, isNarrow } from './allow-limits.ts';
import { commandIntent } from './command-intents.ts';
import { meantCommand } from './command-words.ts';
import type { MeantCommand } from './command-words.ts';
import { flagWords, takesValue } from './flag-spellings.ts';
import { meantPaths } from './path-rules.ts';
import type { ProposedRule } from './policy-draft.ts';
import type { Translation } from './translation.ts';

/** Turns the text between the parentheses of a `Bash(…)` rule into rules of the same intent. */
export function commandRules(verdict: RuleVerdict, content: string): Translation {
  const command = meantCommand(content);
  if (command === null) return everyCommand(verdict);
  return verdict === 'allow' ? allowed(command) : restricted(verdict, command);
}

function everyCommand(verdict: RuleVerdict): Translation {
  const reason = verdict === 'allow' ? 'Every command is allowed that no rule names.' : 'No command runs by itself.';
  const rule: ProposedRule = {
    verdict,
    name: 'every-command',
    reason,
    body: { family: 'commands', run: ['*'], unless: [] },
  };
  const why = verdict === 'allow' ? 'this allows every command that no rule denies or asks for' : null;
  return { rules: [rule], how: 'same', why };
}

/** A rule that denies or asks takes every spelling of what it says, and more where it has to choose. */
function restricted(verdict: 'deny' | 'ask', command: MeantCommand): Translation {
  const intent = commandIntent(command);
  if (intent !== null) {
    const { name, reason, bodies } = intent;
    return { rules: bodies.map((body) => ({ verdict, name, reason, body })), how: 'wider', why: null };
  }
  const texts = command.stages.map((words) => patternText(words, true));
  const shown = command.stages.map((words) => words.join(' ')).join(' | ');
  const reason = verdict === 'deny' ? `\`${shown}\` is not run from here.` : `\`${shown}\` is confirmed by a person.`;
  const name = command.stages.flat().slice(0, 5).join('-');
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
  if (command.isScript) {
    const last = texts.at(-1) ?? '';
    const asked: ProposedRule = { ...rule({ family: 'commands', run: [last], unless: [] }), verdict: 'ask' };
    return {
      rules: [asked, ...fileRules],
      how: 'wider',
      why: 'a rule is on one command, so the last one of these is asked for',
    };
  }
  if (command.outputs.length > 0 && fileRules.length > 0) return { rules: fileRules, how: 'wider', why: null };
  const run = [texts.join(' | ')];
  // `* curl *` also means `curl` itself.
  const [first = []] = command.stages;
  if (first[0] === '*' && first.length > 1 && command.stages.length === 1 && !first[1]?.startsWith('-'))
    run.push(patternText(first.slice(1), true));
  return { rules: [rule({ family: 'commands', run, unless: [] }), ...fileRules], how: 'wider', why: null };
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
  if (!isNarrow(command, words))
    return { rules: [], how: 'none', why: 'more operands could stand behind these words than the rule allows' };
  const isCut = /[^*]\*$/.test(words.at(-1) ?? '') && !(words.at(-1) ?? '').includes('/') && words.length > 1;
  const kept = isCut ? [...words.slice(0, -1), (words.at(-1) ?? '').slice(0, -1)] : words;
  const rule: ProposedRule = {
    verdict: 'allow',
    name: words.slice(0, 5).join('-'),
    reason: `\`${shown}\` runs without a question.`,
    body: { family: 'commands', run: [patternText(kept, false)], unless: allowLimits(program, command) },
  };
  if (isCut) return { rules: [rule], how: 'narrower', why: 'a name that only begins so is not allowed' };
  const isOpen = program.includes('*');
  return { rules: [rule], how: 'same', why: isOpen ? 'any program can run under this; name the programs' : null };
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

/** The words of one command as a pattern. For rules that restrict, in every spelling of options and program. */
function patternText(words: readonly string[], isWide: boolean): string {
  const [program = '', ...rest] = words;
  const name = program.slice(program.lastIndexOf('/') + 1) || program;
  const parts = [isWide ? programNames(name) : name];
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    const hasMore = rest.slice(at + 1).some((later) => !later.startsWith('-'));
    if (word === '*' && !hasMore) continue;
    if (!/^-./.test(word)) {
      parts.push(word);
      continue;
    }
    const next = rest[at + 1];
    const value = next !== undefined && !next.startsWith('-') && takesValue(name, word) ? next : null;
    if (value !== null) at += 1;
    parts.push(...flagWords(name, word, value));
  }
  return parts.join(' ');
}

const PROGRAM_NAMES: ReadonlyMap<string, string> = new Map([
  ['docker', '{docker,podman,nerdctl}'],
  ['terraform', '{terraform,tofu}'],
  ['nc', '{nc,nc.*,ncat,netcat}'],
  ['netcat', '{nc,nc.*,ncat,netcat}'],
  ['ncat', '{nc,nc.*,ncat,netcat}'],
  ['python', '{python,python2*,python3*}'],
  ['python3', '{python,python3*}'],
  ['pip', '{pip,pip3}'],
  ['ansible', 'ansible*'],
  ['mkfs', 'mkfs*'],
]);

/** Every name of a program that a rule would mean; a regular expression of letters and `.*` is read as one. */
function programNames(name: string): string {
  return PROGRAM_NAMES.get(name) ?? name.replaceAll('?', '*');
}
