import type { ClientSettings } from './client-settings.ts';
import { matchesCommand, readCommandRule } from './command-rule.ts';
import type { CommandRule } from './command-rule.ts';
import { exactOnly } from './exact-only.ts';
import { programName } from './launchers.ts';
import type { Mode, RuleList } from './prediction.ts';
import { isReadOnly } from './read-only.ts';
import type { ClientLine, LineCommand } from './shell-reading.ts';
import { hasHarmfulVariable } from './variables.ts';
import { innermost, unwrapped } from './wrappers.ts';

/** The `Bash` rules of one set of settings. Each answer is the text of the rule, or null. */
export interface BashRules {
  /** A rule that means every command. */
  forEvery(list: RuleList): string | null;
  /** A rule that means the whole line or a command in it, through whatever starts that. */
  strict(list: 'deny' | 'ask', line: ClientLine, source: string): string | null;
  /** A rule that allows one command, through nothing that could change what it does. */
  allows(command: LineCommand, mode: Mode): string | null;
  /** A rule that spells the whole line, sign by sign, and allows it. */
  allowsWhole(source: string): string | null;
}

/** Reads the rules once. */
export function bashRules(settings: ClientSettings): BashRules {
  const patterns = (list: RuleList) =>
    settings.rules[list].flatMap((rule) =>
      rule.kind === 'content' && rule.tool === 'Bash'
        ? [{ text: rule.text, pattern: readCommandRule(rule.content) }]
        : [],
    );
  const allowed = patterns('allow');
  const judged = allowed.filter(({ pattern }) => !isOpenEnded(pattern));
  const lists = { deny: patterns('deny'), ask: patterns('ask'), allow: allowed, judged };
  const matching = (list: keyof typeof lists, texts: Iterable<string>, needsExact = false): string | null => {
    const spelled = [...texts];
    const isFit = ({ pattern }: { readonly pattern: CommandRule }): boolean =>
      needsExact
        ? pattern.kind === 'exact' && spelled.includes(pattern.text)
        : spelled.some((text) => matchesCommand(pattern, text));
    return lists[list].find(isFit)?.text ?? null;
  };
  return {
    forEvery: (list) => settings.rules[list].find((rule) => rule.kind === 'tool' && rule.tool === 'Bash')?.text ?? null,
    strict: (list, line, source) =>
      lists[list].length === 0
        ? null
        : (matching(list, new Set([...wholeTexts(line, source), ...line.commands.flatMap(strictTexts)])) ??
          (list === 'deny' ? matching(list, [source.trim()], true) : null)),
    allows(command, mode) {
      if (command.lead === 'redirect') return null;
      const needsExact = unwrapped(command.words, 'allow').some((words) => exactOnly(words) !== null);
      const texts = needsExact ? [command.text] : allowTexts(command);
      return matching(mode === 'plan' || mode === 'auto' ? 'judged' : 'allow', texts, needsExact);
    },
    allowsWhole: (source) => matching('allow', [source.trim()], true),
  };
}

/** Programs that run what they are given: modes with a classifier pass over rules that allow them with anything. */
const RUNNERS =
  'python|python2|python3|node|deno|tsx|ruby|perl|php|lua|npx|bunx|npm run|yarn run|pnpm run|bun run|bash|sh|ssh|zsh|fish|eval|exec|env|xargs|sudo'.split(
    '|',
  );

/** Whether a rule allows whatever a program runs: `node *`, `python3 -m *`, `* x`; not `npm run test *`. */
function isOpenEnded(rule: CommandRule): boolean {
  if (rule.kind === 'exact') return RUNNERS.includes(rule.text);
  const [start = '', ...rest] = rule.kind === 'prefix' ? [rule.text, ''] : rule.pieces;
  if (start === '') return true;
  return RUNNERS.some((name) => start.trimEnd() === name || (rest.at(-1) === '' && start.startsWith(`${name} -`)));
}

/** A line with a pipe as written, unless all of it only reads, and its commands with single signs between them. */
function wholeTexts(line: ClientLine, source: string): readonly string[] {
  if (!line.hasPipe || line.commands.every(({ words }) => isReadOnly(innermost(words, 'read-only')))) return [];
  const whole = source.trim();
  if (line.commands.some((command) => command.redirects.length > 0))
    return [line.commands.map((command) => command.text).join(' | ')];
  return [whole, whole.replace(/\s*(\|\||&&|[|;])\s*/g, ' $1 ')];
}

function strictTexts(command: LineCommand): readonly string[] {
  const texts = [command.text];
  for (const words of unwrapped(command.words, 'deny')) {
    const values = words.map((word) => word.value);
    const [name = '', ...rest] = values;
    texts.push(values.join(' '), words.map((word) => word.text).join(' '));
    if (name.includes('/')) texts.push([programName(name), ...rest].join(' '));
  }
  return texts.flatMap((text) => [text, ...command.assignments.map((entry) => `${entry.text} ${text}`)]);
}

function allowTexts(command: LineCommand): readonly string[] {
  // Quotes are letters here: what is in them may be another command than the rule means.
  const spelled = unwrapped(command.words, 'allow').map(([name, ...rest]) =>
    [name?.value ?? '', ...rest.map((word) => word.text)].join(' '),
  );
  const lead = command.assignments.map((entry) => entry.text).join(' ');
  const plain = [command.text, ...spelled];
  const texts = command.lead === 'time' ? [...plain, ...plain.map((text) => `time ${text}`)] : plain;
  if (command.words.length === 0) return [command.text];
  // A rule that names the variable allows it.
  if (hasHarmfulVariable(command)) return texts.map((text) => `${lead} ${text}`);
  return lead === '' ? texts : [...texts, ...texts.map((text) => `${lead} ${text}`)];
}
