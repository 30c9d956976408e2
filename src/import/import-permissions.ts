import type { RuleVerdict } from '../core/rule-table.ts';
import { membersOf, itemsOf, textAt } from './ledger.ts';
import type { Cursor, Ledger, Outcome } from './ledger.ts';
import { plain } from './diagnostic.ts';
import { permissionRules, readPermissionRule } from './permission-rule.ts';
import type { PolicyDraft } from './policy-draft.ts';
import { isLeftToDefault } from './left-to-default.ts';
import { meantPaths } from './path-rules.ts';
import type { RuleReader } from './rule-port.ts';
import type { Translation } from './translation.ts';

/** Imports the `permissions` object of a settings document. */
export function importPermissions(cursor: Cursor, books: Ledger, draft: PolicyDraft, readRule: RuleReader): void {
  const members = membersOf(cursor);
  const allowed = itemsOf(members.get('allow') ?? EMPTY).map(textAt);
  const asksByDefault = textAt(members.get('defaultMode')) !== 'dontAsk';
  for (const verdict of ['deny', 'ask', 'allow'] as const) {
    const list = members.get(verdict);
    if (list === undefined) continue;
    if (list.node.kind === 'array' && list.node.items.length === 0) {
      books.tell(list, { code: 'import/taken-over', severity: 'note', client: 'has no rule here', became: 'no rule' });
    } else if (list.node.kind === 'array') {
      for (const item of itemsOf(list)) {
        if (verdict === 'ask' && asksByDefault && isLeftToDefault(textAt(item), allowed, readRule))
          books.tell(item, { ...LEFT_TO_DEFAULT, client: readRule('ask', textAt(item) ?? '').why });
        else importRule(verdict, item, books, draft, readRule);
      }
    } else if (list.node.kind === 'string' && verdict !== 'allow') {
      importRule(verdict, list, books, draft, () => WRONG_LIST);
    } else books.tell(list, { ...WRONG_TYPE, client: WRONG_LIST.why });
  }
  importMode(members.get('defaultMode'), books, draft);
  for (const item of itemsOf(members.get('additionalDirectories') ?? EMPTY)) importDirectory(item, books, draft);
  for (const [key, client] of LOCKS) {
    const lock = members.get(key);
    if (lock !== undefined) books.tell(lock, lockOutcome(lock, client));
  }
}

/** What stands at the top level but belongs into `permissions`. */
export function lockOutcome(lock: Cursor, client: string): Outcome {
  const isOn = textAt(lock) === 'disable' || (lock.node.kind === 'boolean' && lock.node.value);
  return isOn
    ? { code: 'import/always-so', severity: 'note', client, became: 'no field: every compiled policy locks this' }
    : { ...WRONG_TYPE, client: 'takes only the word `disable`', became: 'no field: every compiled policy locks this' };
}

const LOCKS = [
  ['disableBypassPermissionsMode', 'shuts the mode in which nothing is asked'],
  ['disableAutoMode', 'shuts the mode in which a model decides'],
] as const;
const LEFT_TO_DEFAULT = {
  code: 'import/taken-over',
  severity: 'note',
  became: 'defaults.command: ask; a rule here would also ask for what the allow rules single out',
} as const;
const EMPTY: Cursor = { node: { kind: 'null', at: 0 }, path: '' };
const WRONG_LIST = {
  matches: 'nothing',
  why: 'ignores a list that is none, and withholds the allow rules',
  wider: null,
} as const;
const WRONG_TYPE = {
  code: 'import/wrong-type',
  severity: 'warning',
  client: 'ignores a value of this type',
  became: 'nothing',
} as const;

function importRule(verdict: RuleVerdict, item: Cursor, books: Ledger, draft: PolicyDraft, readRule: RuleReader): void {
  const text = textAt(item);
  if (text === null) return books.tell(item, { ...WRONG_TYPE, client: 'skips an entry that is no text' });
  const { matches, why } = readRule(verdict, text);
  const client = matches === 'nothing' ? `matches nothing: ${why}` : why;
  const rule = readPermissionRule(text);
  if (rule === null) return books.tell(item, { ...NOT_TAKEN, client, became: 'nothing: this is no rule' });
  const isLive = matches === 'something';
  if (verdict === 'allow' && !isLive && rule.isBroken)
    return books.tell(item, { ...NOT_TAKEN, client, became: 'nothing: what it would allow is a guess' });
  const translation = permissionRules(verdict, rule, isLive);
  const outcome = added(translation, verdict, text, item, books, draft);
  const isRevived = !isLive && outcome.code !== NOT_TAKEN.code;
  if (isRevived && (verdict === 'allow' || translation.isEverything === true))
    return books.tell(item, {
      code: 'import/now-in-force',
      severity: 'warning',
      client,
      became: `${outcome.became}; this was not in force, and is now`,
    });
  books.tell(item, { client, ...outcome });
}

const NOT_TAKEN = { code: 'import/not-taken', severity: 'warning' } as const;

function added(
  { rules, how, why }: Translation,
  verdict: RuleVerdict,
  text: string,
  item: Cursor,
  books: Ledger,
  draft: PolicyDraft,
): Pick<Outcome, 'code' | 'severity' | 'became'> {
  const shown: string[] = [];
  const problems: string[] = [];
  for (const rule of rules) {
    const result = draft.addRule(rule, `${books.placeOf(item)} ${plain(text)}`);
    if (!result.ok) problems.push(`no pattern says it: ${plain(result.problem)}`);
    else shown.push(`${rule.body.family}.${rule.verdict} ${result.id}`);
  }
  if (shown.length === 0) return { ...NOT_TAKEN, became: `nothing: ${problems[0] ?? why ?? 'no pattern says it'}` };
  const became = [...shown, ...problems, ...(why === null ? [] : [why])].join('; ');
  const code = {
    same: 'import/taken-over',
    wider: 'import/widened',
    narrower: 'import/narrowed',
    weaker: 'import/weakened',
    none: 'import/not-taken',
  } as const;
  // What a rule allows beyond its letters, or refuses no longer, wants a look.
  const isNotable = how === 'weaker' || (why !== null && how === 'same') || (verdict === 'allow' && how === 'wider');
  if (problems.length > 0 && verdict !== 'allow') return { code: 'import/weakened', severity: 'warning', became };
  return { code: code[how], severity: problems.length > 0 || isNotable ? 'warning' : 'note', became };
}

const CAUTIOUS_FIELDS = [
  'defaults.command',
  'defaults.web',
  'defaults.mcp',
  'defaults.tool',
  'defaults.read_outside',
  'defaults.write_inside',
  'defaults.write_outside',
];

function importMode(mode: Cursor | undefined, books: Ledger, draft: PolicyDraft): void {
  if (mode === undefined) return;
  const source = books.placeOf(mode);
  const taken = { code: 'import/taken-over', severity: 'note' } as const;
  const client = 'starts in this mode, where nobody asks for another';
  switch (textAt(mode) ?? '') {
    case 'default':
      return books.tell(mode, { ...taken, client, became: '`defaults` that ask' });
    case 'acceptEdits':
      draft.setValue('defaults.write_inside', 'allow', source);
      return books.tell(mode, { ...taken, client, became: 'defaults.write_inside: allow' });
    case 'dontAsk':
      for (const field of CAUTIOUS_FIELDS) draft.setValue(field, 'deny', source);
      return books.tell(mode, { ...taken, client, became: '`defaults` that deny' });
    case 'plan':
      for (const field of ['defaults.write_inside', 'defaults.write_outside']) draft.setValue(field, 'ask', source);
      return books.tell(mode, { ...taken, client, became: 'defaults.write_inside and write_outside: ask' });
    case 'auto':
    case 'bypassPermissions':
      return books.tell(mode, { ...NOT_TAKEN, client, became: 'nothing: a policy asks where no rule allows' });
    default:
      return books.tell(mode, {
        ...WRONG_TYPE,
        client: 'takes an unknown mode as `default`',
        became: '`defaults` that ask',
      });
  }
}

function importDirectory(item: Cursor, books: Ledger, draft: PolicyDraft): void {
  const client = 'counts this folder as part of the project';
  const text = textAt(item);
  if (text === null) return books.tell(item, { ...WRONG_TYPE });
  // Here, and not in rules, one slash is the root of the file system, and a name alone lies in the project.
  const rooted = text.replace(/^\/(?!\/)/, '//').replace(/^(?![/~.$])/, './');
  const paths = meantPaths('allow', rooted).map((path) => (path.endsWith('/**') ? path : `${path}/**`));
  const result = draft.addRule(
    {
      verdict: 'allow',
      name: `folder-${text}`,
      reason: 'This folder belongs to the project.',
      body: { family: 'files', access: 'read', paths, except: [] },
    },
    `${books.placeOf(item)} ${plain(text)}`,
  );
  if (!result.ok) return books.tell(item, { ...NOT_TAKEN, client, became: `nothing: ${plain(result.problem)}` });
  const became = `files.allow ${result.id} for reading; writing there is asked`;
  books.tell(item, { code: 'import/narrowed', severity: 'note', client, became });
}
