import { commandSamples } from '../../compile/index.ts';
import { stringField } from '../../core/json.ts';
import type { RuleVerdict } from '../../core/rule-table.ts';
import { quoted } from '../../policy/index.ts';
import { BYPASS_FAMILIES } from '../bypass-families.ts';
import type { BypassFamily, Spelling } from '../bypass-families.ts';
import type { LintSeverity } from '../lint-code.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintFault } from '../lint-fault.ts';
import { indexOfRules, probeText, probed } from '../probe.ts';
import type { Probe } from '../probe.ts';

/** Spellings that one message names. */
const MAX_NAMED = 4;
/** Patterns with joined flags that are tried; each costs some decisions. */
const MAX_JOINED_TRIED = 500;

/** Finds rules that restrict one spelling of an effect while the policy lets another pass, by asking the policy itself. */
export function knownBypasses(context: LintContext): readonly LintFault[] {
  return [...BYPASS_FAMILIES.flatMap((family) => familyBypass(family, context)), ...joinedFlags(context)];
}

interface Answer {
  readonly spelling: Spelling;
  readonly verdict: RuleVerdict;
  readonly ruleId: string;
}

const STRENGTH = { allow: 0, rewrite: 0, ask: 1, deny: 2 } as const;

function familyBypass({ about, spellings }: BypassFamily, context: LintContext): readonly LintFault[] {
  const answers = spellings.map((spelling): Answer => {
    const { verdict, ruleId } = probed(context.index, spelling.probe);
    return { spelling, verdict: verdict === 'rewrite' ? 'allow' : verdict, ruleId };
  });
  const held = answers
    .filter(({ verdict, ruleId }) => verdict !== 'allow' && context.rules.has(ruleId))
    .toSorted((a, b) => STRENGTH[b.verdict] - STRENGTH[a.verdict]);
  const [strongest] = held;
  if (strongest === undefined) return [];
  const open = answers.filter(({ verdict }) => STRENGTH[verdict] < STRENGTH[strongest.verdict]);
  if (open.length === 0) return [];
  // By another program it weighs less where it is asked at least: the rule was about this program.
  const grave = open.filter(
    ({ spelling, verdict }) => isSameProgram(spelling, strongest.spelling) || verdict === 'allow',
  );
  const missed = grave.length > 0 ? grave : open;
  const place = patternOf(strongest, context);
  if (place === null) return [];
  const wider = [...new Set(missed.map(({ spelling }) => spelling.wider))];
  const named = missed
    .slice(0, MAX_NAMED)
    .map(({ spelling, verdict }) => `\`${probeText(spelling.probe)}\` (${verdict})`);
  const more = missed.length > MAX_NAMED ? ` and ${missed.length - MAX_NAMED} more` : '';
  const word = strongest.verdict === 'deny' ? 'denies' : 'asks for';
  return [
    {
      code: 'lint/known-bypass',
      severity: weightOf(grave, strongest),
      document: place.document,
      path: place.path,
      message: `\`${strongest.ruleId}\` ${word} ${about}, but not by: ${named.join(', ')}${more}`,
      hint: `wider: ${wider.map((pattern) => `\`${pattern}\``).join(', ')}`,
    },
  ];
}

function weightOf(grave: readonly Answer[], { verdict: strongest }: Answer): LintSeverity {
  if (grave.length === 0) return 'note';
  return strongest === 'deny' || grave.some(({ verdict }) => verdict === 'allow') ? 'warning' : 'note';
}

function isSameProgram(one: Spelling, other: Spelling): boolean {
  return !one.isOther || (other.isOther && one.wider === other.wider);
}

/** The pattern of the rule that takes the call by itself; the rule where only several together do. */
function patternOf(
  { spelling: { probe }, ruleId }: Answer,
  { table, rules }: LintContext,
): Pick<LintFault, 'document' | 'path'> | null {
  const place = rules.get(ruleId);
  if (place === undefined) return null;
  const takes = (index: ReturnType<typeof indexOfRules>): boolean => probed(index, probe).ruleId === ruleId;
  const command = table.commands.find(({ id }) => id === ruleId);
  const run = command?.run.findIndex((text) => takes(indexOfRules(table, { commands: [{ ...command, run: [text] }] })));
  if (run !== undefined && run >= 0) return { document: place.document, path: [...place.path, 'run', run] };
  const file = table.files.find(({ id }) => id === ruleId);
  const path = file?.paths.findIndex((text) => takes(indexOfRules(table, { files: [{ ...file, paths: [text] }] })));
  if (path !== undefined && path >= 0) return { document: place.document, path: [...place.path, 'paths', path] };
  return { document: place.document, path: [...place.path, 'id'] };
}

/** Programs that read `-rf` as `-r -f`; others have long options with one dash. */
const JOINING_PROGRAMS =
  /^(?:rm|cp|mv|ls|chmod|chown|chgrp|mkdir|git|curl|wget|tar|grep|sed|ps|ssh|scp|rsync|docker|podman|du|df|sort|ln|touch|kill|tee|unzip|zip|gzip|xargs|sudo|netstat|lsof|nc|mount|umount)$/;

/** `-rf` in a pattern is one flag, found in that spelling only. */
function joinedFlags({ table, index, rules }: LintContext): readonly LintFault[] {
  const faults: LintFault[] = [];
  let tried = 0;
  for (const rule of table.commands) {
    const place = rules.get(rule.id);
    if (rule.verdict === 'allow' || rule.mode !== 'enforce' || place === undefined) continue;
    for (const [at, text] of rule.run.entries()) {
      if (!/ \{?(?:[^{} ,]+,)*-[A-Za-z]{2,6}\b/.test(text) || (tried += 1) > MAX_JOINED_TRIED) continue;
      const passed = respelled(text).find((line) => {
        const probe: Probe = { kind: 'command', line };
        return STRENGTH[probed(index, probe).verdict] < STRENGTH[rule.verdict];
      });
      if (passed === undefined) continue;
      faults.push({
        code: 'lint/known-bypass',
        document: place.document,
        path: [...place.path, 'run', at],
        message: `joined flags are found in this spelling only, and ${quoted(passed)} passes`,
        hint: `name each flag by itself: ${quoted(
          text.replace(/ -([A-Za-z]{2,6})(?= |$)/, (_, letters: string) =>
            letters
              .split('')
              .map((letter) => ` -${letter}`)
              .join(''),
          ),
        )}`,
      });
    }
  }
  return faults;
}

/** Lines of a pattern with its joined flags taken apart and turned around. */
function respelled(text: string): readonly string[] {
  return commandSamples(text).own.flatMap(({ input }) => {
    const line = stringField(input, 'command') ?? '';
    const [, before = '', letters = '', after = ''] = /^(.*?) -([A-Za-z]{2,6})(?= |$)(.*)$/.exec(line) ?? [];
    if (letters === '' || !JOINING_PROGRAMS.test(line.split(' ')[0] ?? '')) return [];
    const apart = letters.split('').map((letter) => `-${letter}`);
    return [`${before} ${apart.join(' ')}${after}`, `${before} -${letters.split('').toReversed().join('')}${after}`];
  });
}
