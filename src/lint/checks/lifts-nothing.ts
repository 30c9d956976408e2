import { commandSamples } from '../../compile/index.ts';
import { expandBraces } from '../../core/command-pattern-braces.ts';
import { stringField } from '../../core/json.ts';
import type { CommandRule } from '../../core/rule-table.ts';
import { quoted } from '../../policy/index.ts';
import type { FieldPath } from '../../policy/index.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintDocument } from '../lint-document.ts';
import type { LintFault } from '../lint-fault.ts';
import { indexOfRules, probed } from '../probe.ts';

/** Spellings of one pattern that are tried; each costs two decisions. */
const MAX_TRIED = 24;
/** Patterns that are tried in one policy; each makes its rule anew. */
const MAX_LIFTS = 300;

/**
 * Finds patterns that lift a denial or a question and do not lift it even for the command that they write down: an
 * exception has to account for each word.
 */
export function idleLifts(context: LintContext): readonly LintFault[] {
  const { table, rules, documents } = context;
  const restricting = new Map(
    table.commands.filter(({ verdict }) => verdict !== 'allow').map((rule) => [String(rule.id), rule]),
  );
  const faults: LintFault[] = [];
  let left = MAX_LIFTS;
  const check = (rule: CommandRule, text: string, document: LintDocument, path: FieldPath): void => {
    left -= 1;
    const kept = left < 0 ? null : keptCommand(context, rule, text);
    if (kept === null) return;
    const word = rule.verdict === 'deny' ? 'denied' : 'asked';
    faults.push({
      code: 'lint/lifts-nothing',
      document,
      path,
      message: `${quoted(kept)} is written here and still ${word} by \`${rule.id}\``,
      hint: 'name each word that the command has: operands, options and their values',
    });
  };
  for (const rule of restricting.values()) {
    const place = rules.get(rule.id);
    if (place === undefined) continue;
    for (const [index, text] of rule.unless.entries())
      check(rule, text, place.document, [...place.path, 'unless', index]);
  }
  for (const document of documents) {
    for (const [at, lift] of (document.part?.written.exception?.lifts ?? []).entries()) {
      const rule = restricting.get(lift.rule);
      if (rule === undefined) continue;
      for (const [index, text] of (lift.run ?? []).entries())
        check(rule, text, document, ['exception', 'lifts', at, 'run', index]);
    }
  }
  return faults;
}

/** A command of the pattern that its rule restricts with and without it, where it lifts none; else null. */
function keptCommand({ table }: LintContext, rule: CommandRule, text: string): string | null {
  const without = indexOfRules(table, { commands: [{ ...rule, unless: [] }] });
  const withLift = indexOfRules(table, { commands: [{ ...rule, unless: [text] }] });
  const speaks = (index: typeof without, line: string): boolean =>
    probed(index, { kind: 'command', line }).ruleId === rule.id;
  const restricted = linesOf(text).filter((line) => speaks(without, line));
  return restricted.every((line) => speaks(withLift, line)) ? (restricted[0] ?? null) : null;
}

/** The pattern as it is written, where it holds no class of words, and the samples of the compiler. */
function linesOf(text: string): readonly string[] {
  const written = text.includes('<') ? [] : (expandBraces(text) ?? []).map((line) => line.replaceAll('*', 'x'));
  const samples = commandSamples(text).own.map(({ input }) => stringField(input, 'command') ?? '');
  return [...new Set([...written, ...samples])].slice(0, MAX_TRIED);
}
