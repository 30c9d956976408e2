import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { bashRules } from './bash-rules.ts';
import type { ClientSettings } from './client-settings.ts';
import { evaluates } from './launchers.ts';
import { lineHazard } from './line-hazard.ts';
import { linePaths } from './line-paths.ts';
import type { LineFinding } from './line-paths.ts';
import type { PathCheck } from './path-check.ts';
import type { ClientScene } from './path-rule.ts';
import type { Mode, Prediction } from './prediction.ts';
import { isReadOnly, isTrustedEdit } from './read-only.ts';
import { dangerousTarget } from './removal.ts';
import { sandboxUse } from './sandbox-use.ts';
import { readClientLine } from './shell-reading.ts';
import type { ClientLine, LineCommand, LineWord } from './shell-reading.ts';
import { hasHarmfulVariable } from './variables.ts';
import { innermost, unwrapped } from './wrappers.ts';

/** Predicts calls of the Bash tool for one set of settings. */
export function bashPredictor(
  settings: ClientSettings,
  scene: ClientScene,
  paths: PathCheck,
): (input: JsonObject, mode: Mode, isFirstCommand: boolean) => Prediction {
  const rules = bashRules(settings);
  const { guardsReading } = paths;

  function predict(input: JsonObject, mode: Mode, isFirstCommand: boolean): Prediction {
    const source = stringField(input, 'command') ?? '';
    const line = readClientLine(source, scene.home);
    const denied = rules.strict('deny', line, source);
    if (denied !== null) return { verdict: 'deny', rule: denied, why: 'a command in the line is denied' };
    const use = sandboxUse(settings.sandbox, input, line);
    // The sandbox itself keeps commands from paths that rules deny.
    const isFree = use === 'inside' && settings.sandbox.isAutoAllowed && mode !== 'plan' && mode !== 'auto';
    const found = line.unchecked === null && !isFree ? linePaths(line, scene, paths, mode) : [];
    const forbidden = found.find((entry) => entry.verdict === 'deny');
    if (forbidden !== undefined) return { verdict: 'deny', rule: forbidden.rule, why: forbidden.why };
    const asked = rules.forEvery('ask') ?? rules.strict('ask', line, source);
    if (asked !== null) return ask(asked, 'a rule asks for a command in the line');
    const target = dangerousTarget(line.commands, scene);
    if (target !== null) return ask(null, `a removal of \`${target}\` asks in every mode`);
    const hidden = mode === 'bypassPermissions' || isFree ? null : hiddenRemoval(line);
    if (hidden !== null) return hidden;
    if (mode === 'bypassPermissions') return { verdict: 'allow', rule: null, why: 'the mode asks for nothing' };
    if (isFree && line.commands.some(startsUnknown)) return ask(null, 'what it runs is only known when it runs');
    if (isFree) return { verdict: 'allow', rule: null, why: 'it runs in the sandbox' };
    if (use === 'left') return ask(null, 'the call wants out of the sandbox');
    const broad = mode === 'plan' || mode === 'auto' ? null : rules.forEvery('allow');
    if (broad !== null) {
      const sensitive = found.find((entry) => entry.isSensitive);
      if (sensitive !== undefined) return ask(sensitive.rule, sensitive.why);
      if (line.hasBackground) return ask(null, 'a command runs in the background');
      return { verdict: 'allow', rule: broad, why: 'every command is allowed' };
    }
    // A rule that spells the line needs nobody to follow it.
    const literal = line.unchecked === null || line.hasPipe ? null : rules.allowsWhole(source);
    if (literal !== null) return { verdict: 'allow', rule: literal, why: 'the line is allowed as it stands' };
    if (line.unchecked !== null) return ask(null, `the client cannot follow the line: ${line.unchecked}`);
    if (isFirstCommand && (line.hasLoop || (setsVariable(line) && !isHarmlessThroughout(line))))
      return ask(null, 'the line sets a variable before the session has started a shell');
    const hazard = lineHazard(line, scene.cwd);
    if (hazard !== null) return ask(null, hazard);
    const spelled = line.hasPipe || found.length > 0 ? null : rules.allowsWhole(source);
    if (spelled !== null) return { verdict: 'allow', rule: spelled, why: 'the line is allowed as it stands' };
    return eachCommand(line, found, mode);
  }

  /** What a removal in the text of `bash -c …` makes of the line. */
  function hiddenRemoval(line: ClientLine): Prediction | null {
    for (const command of line.commands)
      for (const text of scriptsOf(command)) {
        const inner = readClientLine(text, scene.home);
        const removals = inner.commands.filter(({ words }) => /^(?:rm|rmdir)$/.test(words[0]?.value ?? ''));
        const rule = rules.strict('deny', { ...inner, commands: removals, hasPipe: false }, '');
        if (rule !== null) return ask(rule, 'a removal that a rule denies stands in the script of another shell');
        const target = dangerousTarget(removals, scene);
        if (target !== null) return ask(null, `a removal of \`${target}\` asks in every mode`);
        const deeper = hiddenRemoval(inner);
        if (deeper !== null) return deeper;
      }
    return null;
  }

  /** The line is allowed if each command in it is, by a rule or by what it does. */
  function eachCommand(line: ClientLine, found: readonly LineFinding[], mode: Mode): Prediction {
    let decidedBy: string | null = null;
    const isCalm = isHarmlessThroughout(line);
    for (const [index, command] of line.commands.entries()) {
      const own = found.filter((entry) => entry.command === index);
      const firm = own.find((entry) => entry.isFirm);
      if (firm !== undefined) return ask(firm.rule, firm.why);
      const allowed = rules.allows(command, mode);
      if (allowed !== null) {
        decidedBy ??= allowed;
        continue;
      }
      const [weak] = own;
      if (weak !== undefined) return ask(weak.rule, weak.why);
      const isFixed = isCalm || !command.words.some((word) => word.isDynamic || word.hasCommand);
      // What `xargs` hands over is not known, so it may be a file that is not to be read.
      const isBlind = guardsReading && command.words[0]?.value === 'xargs' && command.words.some(readsFiles);
      if (!isFixed || isBlind || !isHarmless(command, mode))
        return ask(null, `\`${command.words[0]?.value ?? 'a variable'}\` is not known to only read`);
    }
    const why = decidedBy === null ? 'it only reads' : 'each command is allowed or only reads';
    return { verdict: 'allow', rule: decidedBy, why };
  }
  return predict;
}

/** The texts that a command gives to a shell of its own. */
function scriptsOf(command: LineCommand): readonly string[] {
  if (command.words[0]?.value === 'xargs') return [];
  return unwrapped(command.words, 'deny').flatMap((words) => {
    if (!/^(?:\/(?:usr\/)?bin\/)?(?:ba|z|da|k)?sh$/.test(words[0]?.value ?? '')) return [];
    const at = words.findIndex((word) => /^-[a-z]*c$/.test(word.value));
    const script = at === -1 ? undefined : words[at + 1];
    return script === undefined || script.isDynamic ? [] : [script.value];
  });
}

/** Whether a command's name comes from another command or a variable, or its text from its arguments. */
function startsUnknown({ words }: LineCommand): boolean {
  const [name] = words;
  return name !== undefined && (name.isDynamic || name.hasCommand || evaluates(name.value));
}

function readsFiles(word: LineWord): boolean {
  return /^(?:grep|head|tail|wc)$/.test(word.value);
}

function ask(rule: string | null, why: string): Prediction {
  return { verdict: 'ask', rule, why };
}

function isHarmless(command: LineCommand, mode: Mode): boolean {
  if (command.words.length === 0) return true;
  if (hasHarmfulVariable(command)) return false;
  const isEditing = mode === 'acceptEdits' || mode === 'auto';
  if (isEditing && command.lead !== 'redirect' && !command.hasInlineInput && isTrustedEdit(command)) return true;
  if (command.lead === 'time') return false;
  const words = innermost(command.words, 'read-only');
  if (words.some((word) => /^~[^/]/.test(word.text))) return false;
  return isReadOnly(words);
}

function setsVariable(line: ClientLine): boolean {
  return line.commands.some((command) => command.words.length === 0 && command.assignments.length > 0);
}

/** Whether every command of a line is harmless by itself, so that what one prints may become words of another. */
function isHarmlessThroughout(line: ClientLine): boolean {
  return line.commands.every(
    (command) => command.words.length === 0 || isReadOnly(innermost(command.words, 'read-only')),
  );
}
