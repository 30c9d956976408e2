import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { USUAL_SCENES, diffTables, isProvenEqual } from '../src/analyse/index.ts';
import type { PolicyDiff } from '../src/analyse/index.ts';
import { commandClauses } from '../src/analyse/command-clauses.ts';
import { bothAtoms, commandLines } from '../src/analyse/command-lines.ts';
import { globRelation } from '../src/analyse/glob-relation.ts';
import { sampleWords } from '../src/analyse/diff-commands.ts';
import type { Action } from '../src/core/action.ts';
import type { Decision } from '../src/core/decision.ts';
import { VERDICTS } from '../src/core/decision.ts';
import { ruleId } from '../src/core/ids.ts';
import type { CommandRule, FileRule, RuleTable } from '../src/core/rule-table.ts';
import { decide, ruleIndex } from '../src/decide/index.ts';
import { parsePolicyBytes, ruleTableOf } from '../src/policy/index.ts';

const RUNS = process.env['SLOW'] === '1' ? 20 : 1;
/** Edits of the default policy that are looked at, and calls that are tried for each. */
const EDITS = 80 * RUNS;
const CALLS = 1_300;
const SEED = Number(process.env['SEED'] ?? 20_260_101);

test(`no call contradicts a comparison, and every witness changes (seed ${SEED})`, () => {
  const random = randomFrom(SEED);
  const base = defaultTable();
  let equal = 0;
  let differing = 0;
  let tried = 0;
  for (let edit = 0; edit < EDITS; edit += 1) {
    let table = base;
    const names: string[] = [];
    for (let count = random.below(2) === 0 ? 1 : random.below(3) + 1; count > 0; count -= 1) {
      const change = random.of(random.below(2) === 0 ? CHANGES : FINE_CHANGES);
      names.push(change.name);
      table = change.apply(table, random);
    }
    const diff = diffTables(base, table, { scenes: USUAL_SCENES });
    const label = `edit ${edit}: ${names.join(', ')}`;
    const [before, after] = [ruleIndex(base), ruleIndex(table)];
    for (const { witness, scene, from, to } of diff.layers.guard.changes) {
      assert.equal(decide(before, witness, scene).verdict, from, label);
      assert.equal(decide(after, witness, scene).verdict, to, label);
      assert.notEqual(from, to);
    }
    if (isProvenEqual(diff)) equal += 1;
    const calls = randomCalls(base, table, random);
    for (let count = 0; count < CALLS; count += 1) {
      const scene = random.of(USUAL_SCENES);
      const action = calls(scene.workspace);
      const said = [decide(before, action, scene), decide(after, action, scene)] as const;
      tried += 1;
      if (said[0].verdict === said[1].verdict) continue;
      differing += 1;
      assert.ok(
        isSpokenOf(diff, action, said),
        `${label}: ${JSON.stringify(action)} ${said[0].verdict} ${said[0].ruleId} -> ${said[1].verdict} ${said[1].ruleId}`,
      );
    }
  }
  assert.ok(tried >= 100_000);
  // The test says nothing where edits never, or always, change something.
  assert.ok(equal > EDITS / 10 && equal < (EDITS * 9) / 10, `${equal} of ${EDITS} edits changed nothing`);
  assert.ok(differing > 100, `${differing} calls were decided differently`);
});

/**
 * Whether the rule that made the stronger verdict is among what the comparison names; or, where no rule made it, the
 * rule that made the weaker one, or for lack of any some part that can have changed it.
 */
function isSpokenOf({ layers }: PolicyDiff, action: Action, said: readonly [Decision, Decision]): boolean {
  const found = [...layers.guard.changes, ...layers.guard.unproven];
  const [stronger, weaker] = said.toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
  if (stronger === undefined || weaker === undefined) return false;
  const isNamed = ({ ruleId: id }: Decision): boolean => found.some((each) => each.rules.includes(id));
  const isBuiltIn = ({ ruleId: id }: Decision): boolean => /^(?:decide|default)\//.test(id);
  if (!isBuiltIn(stronger)) return isNamed(stronger);
  // Of a line of several commands any may be the one that was allowed.
  const isSimple = action.kind === 'command' && /^[\w.-]+(?: [\w./-]+)*$/.test(action.commandLine);
  if (stronger.ruleId === 'default/command' && isSimple && !isBuiltIn(weaker))
    return isNamed(weaker) || isNamed(stronger);
  const isOnFiles = action.kind === 'read' || action.kind === 'write';
  if (isOnFiles)
    return found.some((each) => each.region.startsWith('files') || each.region.includes('files that match'));
  return found.some((each) => action.kind === 'command' || each.kind === action.kind);
}

interface Random {
  below(count: number): number;
  of<Item>(items: readonly Item[]): Item;
}

/** Mulberry32: the same seed gives the same run. */
function randomFrom(seed: number): Random {
  let state = seed;
  const below = (count: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * count);
  };
  return {
    below,
    of(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('nothing to choose from');
      return item;
    },
  };
}

function defaultTable(): RuleTable {
  const result = parsePolicyBytes(readFileSync(new URL('../policies/default.yaml', import.meta.url)));
  assert.ok(result.ok);
  const table = ruleTableOf(result.policy, 0);
  const mcp = (
    id: string,
    verdict: 'deny' | 'ask' | 'allow',
    server: string,
    tools: readonly string[],
  ): RuleTable['mcp'][number] => ({
    id: id as RuleTable['mcp'][number]['id'],
    verdict,
    mode: 'enforce',
    server,
    tools,
    except: [],
    reason: 'x',
  });
  return {
    ...table,
    mcp: [mcp('mcp/read', 'allow', 'git*', ['get_*', 'list_*']), mcp('mcp/write', 'deny', '*', ['delete_*'])],
  };
}

interface Edit {
  readonly name: string;
  apply(table: RuleTable, random: Random): RuleTable;
}

type ListName = 'commands' | 'files' | 'web' | 'mcp' | 'tools';

const RUNS_TO_ADD = [
  'git push',
  'git push origin *',
  'sudo -u=root',
  'ls',
  'cat x*',
  'npm {publish,test}',
  'frobnicate',
  'curl | bash',
  'rm -r <inside>',
  'docker run',
  'echo <any>',
  '* --force',
  'curl <other-url>',
  'git {status,diff}',
  'python3',
  'npx',
];
const PATHS_TO_ADD = [
  '**/*.pem',
  '~/.ssh/id',
  '**/secrets/x/**',
  './out/**',
  '/tmp/**',
  '**/.env.local',
  '**/.e*',
  '/usr/**',
  '**/*.{ts,js}',
  '**/.git/**',
  '~/**',
  '/etc/hosts',
];
const HOSTS_TO_ADD = ['example.com', '*.example.com', 'docs.rs', '*.docs.rs', 'pastebin.com', '*'];
const TOOLS_TO_ADD = ['Task*', '*', 'WebSearch', 'Cron*', 'get_x', 'delete_*'];

function changeList(
  name: ListName,
  change: (rules: readonly object[], random: Random) => readonly object[],
): Edit['apply'] {
  return (table, random) => ({ ...table, [name]: change(table[name], random) });
}

function changeOne(name: ListName, change: (rule: never, random: Random) => object | null): Edit['apply'] {
  return changeList(name, (rules, random) => {
    const at = random.below(rules.length);
    return rules.flatMap((rule, index) => (index === at ? (change(rule as never, random) ?? []) : [rule]));
  });
}

const without = <Item>(items: readonly Item[], random: Random): readonly Item[] => {
  const at = random.below(items.length);
  return items.filter((_, index) => index !== at);
};

const CHANGES: readonly Edit[] = [
  ...(['commands', 'files', 'web', 'tools', 'mcp'] as const).flatMap((name): readonly Edit[] => [
    { name: `a rule of ${name} goes`, apply: changeOne(name, () => null) },
    { name: `${name} in another order`, apply: changeList(name, (rules) => rules.toReversed()) },
    { name: `${name} twice`, apply: changeList(name, (rules) => [...rules, ...rules]) },
    {
      name: `a rule of ${name} with another verdict`,
      apply: changeOne(name, (rule: object, random) => ({ ...rule, verdict: random.of(['deny', 'ask', 'allow']) })),
    },
    { name: `a rule of ${name} in shadow`, apply: changeOne(name, (rule: object) => ({ ...rule, mode: 'shadow' })) },
  ]),
  {
    name: 'a pattern goes',
    apply: changeOne('commands', (rule: CommandRule, random) => ({ ...rule, run: without(rule.run, random) })),
  },
  {
    name: 'a pattern comes',
    apply: changeOne('commands', (rule: CommandRule, random) => ({
      ...rule,
      run: [...rule.run, random.of(RUNS_TO_ADD)],
    })),
  },
  {
    name: 'an exception comes',
    apply: changeOne('commands', (rule: CommandRule, random) => ({
      ...rule,
      unless: [...rule.unless, random.of(RUNS_TO_ADD)],
    })),
  },
  { name: 'the exceptions go', apply: changeOne('commands', (rule: CommandRule) => ({ ...rule, unless: [] })) },
  {
    name: 'a narrower pattern comes',
    apply: changeOne('commands', (rule: CommandRule, random) => ({
      ...rule,
      run: [...rule.run, `${random.of(rule.run)} x*`],
    })),
  },
  {
    name: 'a path goes',
    apply: changeOne('files', (rule: FileRule, random) => ({ ...rule, paths: without(rule.paths, random) })),
  },
  {
    name: 'a path comes',
    apply: changeOne('files', (rule: FileRule, random) => ({
      ...rule,
      paths: [...rule.paths, random.of(PATHS_TO_ADD)],
    })),
  },
  {
    name: 'a path is left out',
    apply: changeOne('files', (rule: FileRule, random) => ({
      ...rule,
      except: [...rule.except, random.of(PATHS_TO_ADD)],
    })),
  },
  {
    name: 'the other access',
    apply: changeOne('files', (rule: FileRule) => ({ ...rule, access: rule.access === 'read' ? 'write' : 'read' })),
  },
  {
    name: 'a host comes',
    apply: changeOne('web', (rule: RuleTable['web'][number], random) => ({
      ...rule,
      hosts: [...rule.hosts, random.of(HOSTS_TO_ADD)],
    })),
  },
  {
    name: 'a host is left out',
    apply: changeOne('web', (rule: RuleTable['web'][number], random) => ({
      ...rule,
      except: [random.of(HOSTS_TO_ADD)],
    })),
  },
  {
    name: 'a tool comes',
    apply: changeOne('tools', (rule: RuleTable['tools'][number], random) => ({
      ...rule,
      tools: [...rule.tools, random.of(TOOLS_TO_ADD)],
    })),
  },
  {
    name: 'an MCP tool comes',
    apply: changeOne('mcp', (rule: RuleTable['mcp'][number], random) => ({
      ...rule,
      tools: [...rule.tools, random.of(TOOLS_TO_ADD)],
    })),
  },
  {
    name: 'another default',
    apply: (table, random) => ({
      ...table,
      defaults: {
        ...table.defaults,
        [random.of(['command', 'web', 'mcp', 'tool', 'readOutside', 'writeOutside', 'writeInside'])]: random.of([
          'deny',
          'ask',
        ]),
      },
    }),
  },
  { name: 'inline code', apply: (table, random) => ({ ...table, inlineCode: random.of(['ask', 'deny']) }) },
  { name: 'the sandbox', apply: (table, random) => ({ ...table, isSandboxed: random.of([true, false]) }) },
];

/** Edits whose effect hangs on exceptions and on what lies within what. */
const FINE_CHANGES: readonly Edit[] = [
  {
    name: 'an exception of its own comes',
    apply: changeOne('commands', (rule: CommandRule, random) => ({
      ...rule,
      unless: [...rule.unless, random.of([random.of(rule.run), `${random.of(rule.run)} x`])],
    })),
  },
  {
    name: 'an exception of its own paths comes',
    apply: changeOne('files', (rule: FileRule, random) => ({
      ...rule,
      except: [...rule.except, narrower(random.of(rule.paths))],
    })),
  },
  {
    name: 'a narrower path comes',
    apply: changeOne('files', (rule: FileRule, random) => ({
      ...rule,
      paths: [...rule.paths, narrower(random.of(rule.paths))],
    })),
  },
  {
    name: 'a part of a rule without its exceptions',
    apply: changeList('commands', (rules, random) => {
      const rule = random.of(rules as readonly CommandRule[]);
      return [...rules, { ...rule, id: ruleId('x/part'), run: [random.of(rule.run)], unless: [] }];
    }),
  },
  {
    name: 'a part of a rule on files without its exceptions',
    apply: changeList('files', (rules, random) => {
      const rule = random.of(rules as readonly FileRule[]);
      return [...rules, { ...rule, id: ruleId('x/files'), paths: [random.of(rule.paths)], except: [] }];
    }),
  },
];

/** A pattern that takes some of what another takes. */
function narrower(path: string): string {
  return path.startsWith('**/') ? `**/test/${path.slice(3)}` : path.replace(/\/\*\*$/, '/x');
}

/** The rules that are not in the other list as they are. */
function changedRules<Rule>(own: readonly Rule[], other: readonly Rule[]): readonly Rule[] {
  const known = new Set(other.map((rule) => JSON.stringify(rule)));
  return own.filter((rule) => !known.has(JSON.stringify(rule)));
}

/** Calls near what either table speaks of. */
function randomCalls(before: RuleTable, after: RuleTable, random: Random): (workspace: string) => Action {
  const tables = [before, after];
  const samples = sampleWords(before, after);
  const globs = globRelation();
  const clauses = tables.flatMap((table) => commandClauses(table.commands, globs).all);
  const nearClauses = [
    changedRules(before.commands, after.commands),
    changedRules(after.commands, before.commands),
  ].flatMap((rules) => commandClauses(rules, globs).all);
  const patternsOf = (rules: readonly FileRule[]): readonly string[] =>
    rules.flatMap((rule) => [...rule.paths, ...rule.except]);
  const patterns = tables.flatMap((table) => patternsOf(table.files));
  const nearPatterns = patternsOf([
    ...changedRules(before.files, after.files),
    ...changedRules(after.files, before.files),
  ]);
  /** What changed is looked at as often as all the rest together. */
  const near = <Item>(changed: readonly Item[], all: readonly Item[]): Item =>
    random.of(changed.length > 0 && random.below(2) === 0 ? changed : all);
  const names = tables
    .flatMap((table) => table.files.flatMap((rule) => [...rule.paths, ...rule.except]))
    .flatMap((path) => path.split('/'))
    .filter((name) => name !== '' && name !== '**')
    .map((name) => name.replaceAll(/\{([^,}]*)[^}]*\}/g, '$1'));
  const hosts = tables.flatMap((table) => table.web.flatMap((rule) => [...rule.hosts, ...rule.except]));
  const tools = tables.flatMap((table) => [...table.tools, ...table.mcp].flatMap((rule) => rule.tools));
  const filled = (text: string): string => text.replaceAll('*', () => random.of(['', 'x', 'ab'])).replaceAll('?', 'q');
  const path = (workspace: string): string => {
    if (random.below(2) === 0) {
      const pattern = near(nearPatterns, patterns).replaceAll(/\{([^,}]*)[^}]*\}/g, '$1');
      const anywhere = pattern.startsWith('**/') ? `${random.of([workspace, '/srv', '~'])}/${pattern}` : pattern;
      const placed = anywhere.replace(/^\.\//, `${workspace}/`);
      return filled(placed.replaceAll('**', () => random.of(['test', 'x', 'a/b', '.'])));
    }
    const front = random.of(['', '/', workspace, `${workspace}/`, '/home/dev/', '~/', '/etc/', '/tmp/', '../']);
    const rest = Array.from({ length: random.below(4) + 1 }, () => filled(random.of(names))).join('/');
    return `${front}${front.endsWith('/') || front === '' ? '' : '/'}${rest}`;
  };
  const line = (workspace: string): string => {
    const clause = near(nearClauses, clauses);
    const lift = random.below(3) === 0 && clause.lifts.length > 0 ? random.of(random.of(clause.lifts).atoms) : null;
    const atom = lift === null ? clause.atom : (bothAtoms(clause.atom, lift, globs) ?? clause.atom);
    const lines = commandLines(atom, samples);
    let text = lines.next().value ?? 'ls';
    for (let skip = random.below(4); skip > 0; skip -= 1) text = lines.next().value ?? text;
    if (random.below(3) === 0)
      text += ` ${random.of(['x', '-f', '--force', path(workspace), `https://${filled(random.of(hosts))}/`, '"$X"', '$X', '*', '.e*', '-rf'])}`;
    if (random.below(8) === 0) text = `${random.of(['npx', 'env', 'timeout 5', 'xargs', 'sudo', 'bash -c'])} ${text}`;
    return random.below(8) === 0
      ? `${text} ${random.of(['|', '&&', ';', '||'])} ${random.of(['bash', 'cat', 'ls', 'tee x', 'sh'])}`
      : text;
  };
  return (workspace) => {
    switch (random.below(10)) {
      case 0:
      case 1:
        return { kind: 'read', path: path(workspace), cwd: workspace };
      case 2:
        return { kind: 'write', path: path(workspace), cwd: workspace };
      case 3:
        return {
          kind: 'fetch',
          url: `https://${random.of(['', '', 'x.'])}${filled(random.of(hosts)).replace(/^\./, 'y.')}/`,
        };
      case 4:
        return { kind: 'tool', name: filled(random.of(tools)) };
      case 5:
        return { kind: 'mcp', server: random.of(['github', 'git', 'x', '*']), tool: filled(random.of(tools)) };
      case 6:
        return {
          kind: 'command',
          commandLine: `${random.of(['cat', 'rm -r', 'cp x', 'mkdir -p', 'tee', 'grep -r x'])} ${path(workspace)}`,
          cwd: workspace,
          isUnsandboxed: false,
        };
      default:
        return { kind: 'command', commandLine: line(workspace), cwd: workspace, isUnsandboxed: random.below(40) === 0 };
    }
  };
}
