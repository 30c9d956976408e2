import { canonicalHost, hostMatches, parseHostPattern } from '../core/host-pattern.ts';
import type { Action } from '../core/action.ts';
import type { RuleTable, RuleVerdict } from '../core/rule-table.ts';
import { decide, ruleIndex } from '../decide/index.ts';
import type { Scene } from '../decide/index.ts';
import { MAX_PATH_STEPS, MAX_TRIES } from './bounds.ts';
import { strength } from './clause.ts';
import { commandAtoms } from './command-atom.ts';
import { commandClauses } from './command-clauses.ts';
import { bothAtoms, commandLines } from './command-lines.ts';
import { atomIncludes, atomsMeet } from './command-relation.ts';
import type { Said } from './decision-pair.ts';
import { sampleWords } from './diff-commands.ts';
import { hostSamples, webPatterns } from './host-samples.ts';
import { fileClauses } from './file-clauses.ts';
import { fileNames, partedByPlace, partedWithin, surroundingsOf } from './file-surroundings.ts';
import { globRelation } from './glob-relation.ts';
import { keptNames } from './kept-names.ts';
import { nameClasses } from './name-classes.ts';
import { starGlob } from './name-glob.ts';
import { anchored, pathAlternatives } from './path-language.ts';
import { stepBudget } from './step-budget.ts';

/** Which calls are asked about: those that a pattern of a rule would take. */
export type ReachQuestion =
  | { readonly kind: 'read' | 'write' | 'run'; readonly pattern: string }
  | { readonly kind: 'fetch'; readonly host: string }
  | { readonly kind: 'mcp'; readonly server: string; readonly tool: string };

/** One call and what is decided about it. */
export interface Reached extends Said {
  readonly action: Action;
  readonly scene: Scene;
}

/** How far calls of a kind get. */
export interface Reach {
  /** The weakest verdict that any such call was found to get. */
  readonly verdict: RuleVerdict;
  /** One call for each verdict that was found, weakest first. */
  readonly witnesses: readonly Reached[];
  /**
   * Whether no such call gets a weaker verdict. Files: no call of a file tool; a command may touch the file as well,
   * and is then held against the same rules.
   */
  readonly isProven: boolean;
}

/**
 * Answers "can anything …?" about one table, in the given places. Null where the pattern takes no call at all.
 *
 * @throws {TypeError} where a pattern cannot be read, in the table or in the question.
 */
export function reach(table: RuleTable, question: ReachQuestion, scenes: readonly Scene[]): Reach | null {
  const found = firstByVerdict(table);
  const isComplete = lookFor(table, question, scenes, found.look);
  const witnesses = found.witnesses();
  const [weakest] = witnesses;
  if (weakest === undefined) return null;
  return { verdict: weakest.verdict, witnesses, isProven: weakest.verdict === 'allow' || isComplete };
}

type Look = (action: Action, scene: Scene) => void;

function firstByVerdict(table: RuleTable): { readonly look: Look; witnesses(): readonly Reached[] } {
  const index = ruleIndex(table);
  const first = new Map<RuleVerdict, Reached>();
  return {
    look(action, scene) {
      const { verdict, ruleId } = decide(index, action, scene);
      const said = verdict === 'rewrite' ? 'ask' : verdict;
      if (!first.has(said)) first.set(said, { action, scene, verdict: said, ruleId });
    },
    witnesses: () => [...first.values()].sort((a, b) => strength(a.verdict) - strength(b.verdict)),
  };
}

/** @returns whether every kind of call was looked at. */
function lookFor(table: RuleTable, question: ReachQuestion, scenes: readonly Scene[], look: Look): boolean {
  switch (question.kind) {
    case 'read':
    case 'write':
      return lookForFiles(table, question.kind, question.pattern, scenes, look);
    case 'run':
      return lookForCommands(table, question.pattern, scenes, look);
    case 'fetch':
      return lookForHosts(table, question.host, scenes, look);
    case 'mcp':
      return lookForCalls(table, question, scenes, look);
  }
}

function lookForFiles(
  table: RuleTable,
  kind: 'read' | 'write',
  pattern: string,
  scenes: readonly Scene[],
  look: Look,
): boolean {
  const [globs, budget] = [globRelation(), stepBudget()];
  const clauses = fileClauses(table.files, globs);
  const asked = pathAlternatives(pattern);
  let isComplete = true;
  for (const scene of scenes) {
    const universe = [
      ...fileNames(table, table, [scene]),
      ...asked.flatMap((path) => anchored(path, scene).filter((segment) => segment !== '**')),
    ];
    const names = keptNames(universe, budget);
    const surroundings = surroundingsOf(clauses, clauses, scene);
    for (const path of asked) {
      const own = { language: anchored(path, scene), access: kind, family: 'asked' };
      const parted = partedWithin(own, surroundings, MAX_PATH_STEPS, { globs, names, budget });
      isComplete &&= parted.isComplete;
      // What a rule denies whole is left out of the classes; it must be met all the same.
      const shortest = partedByPlace(own.language, scene, { names });
      for (const each of [...parted.classes, ...shortest]) look({ kind, path: each.path, cwd: scene.workspace }, scene);
    }
  }
  return isComplete;
}

function lookForCommands(table: RuleTable, pattern: string, scenes: readonly Scene[], look: Look): boolean {
  const globs = globRelation();
  const clauses = commandClauses(table.commands, globs);
  const samples = sampleWords(table, table);
  const [scene] = scenes;
  if (scene === undefined) return false;
  const atoms = commandAtoms(pattern);
  const beside = atoms.flatMap((atom) =>
    (atom.last.program.includes('*') ? clauses.all : clauses.around(atom.last.program))
      .toSorted((a, b) => strength(a.verdict) - strength(b.verdict))
      .slice(0, MAX_TRIES)
      .flatMap((other) => bothAtoms(atom, other.atom, globs) ?? []),
  );
  for (const atom of [...atoms, ...beside].slice(0, 4 * MAX_TRIES)) {
    let tries = 0;
    for (const commandLine of commandLines(atom, samples)) {
      look({ kind: 'command', commandLine, cwd: scene.workspace, isUnsandboxed: false }, scene);
      tries += 1;
      if (tries >= 6) break;
    }
  }
  return atoms.every((atom) =>
    clauses
      .around(atom.last.program)
      .some(
        (strong) =>
          strong.verdict === 'deny' &&
          atomIncludes(strong.atom, atom, globs) &&
          !strong.lifts.some((lift) => lift.atoms.some((each) => atomsMeet(each, atom, globs))),
      ),
  );
}

function lookForHosts(table: RuleTable, host: string, scenes: readonly Scene[], look: Look): boolean {
  const result = parseHostPattern(host);
  if (!result.ok) throw new TypeError(`host \`${host}\`: ${result.problem}`);
  const [scene] = scenes;
  if (scene === undefined) return false;
  for (const each of hostSamples([...webPatterns([table]), host])) {
    if (!hostMatches(result.pattern, each)) continue;
    look({ kind: 'fetch', url: `https://${canonicalHost(each) ?? each}/` }, scene);
  }
  return true;
}

function lookForCalls(
  table: RuleTable,
  question: { readonly server: string; readonly tool: string },
  scenes: readonly Scene[],
  look: Look,
): boolean {
  const [scene] = scenes;
  if (scene === undefined) return false;
  const rules = table.mcp.filter((rule) => rule.mode === 'enforce');
  const within = (asked: string, texts: readonly string[]): ReturnType<typeof nameClasses> => {
    const others = [...new Set(texts)].filter((text) => text !== asked);
    const parted = nameClasses([asked, ...others].map(starGlob), false);
    return { ...parted, classes: parted.classes.filter(({ taken }) => taken[0] === 0) };
  };
  const servers = within(
    question.server,
    rules.flatMap((rule) => [rule.server, ...rule.except.map((each) => each.server)]),
  );
  const tools = within(
    question.tool,
    rules.flatMap((rule) => [...rule.tools, ...rule.except.flatMap((each) => each.tools)]),
  );
  for (const server of servers.classes)
    for (const tool of tools.classes) look({ kind: 'mcp', server: server.name, tool: tool.name }, scene);
  return servers.isComplete && tools.isComplete;
}
