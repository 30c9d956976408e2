import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { bashRules } from './bash-rules.ts';
import type { ClientSettings } from './client-settings.ts';
import { lineHazard } from './line-hazard.ts';
import { linePaths } from './line-paths.ts';
import type { LineFinding } from './line-paths.ts';
import type { PathCheck } from './path-check.ts';
import type { ClientScene } from './path-rule.ts';
import type { Mode, Prediction } from './prediction.ts';
import { isReadOnly, isTrustedEdit } from './read-only.ts';
import { dangerousTarget } from './removal.ts';
import { readClientLine } from './shell-reading.ts';
import type { ClientLine, LineCommand } from './shell-reading.ts';
import { hasHarmfulVariable } from './variables.ts';
import { innermost } from './wrappers.ts';

/** Predicts calls of the Bash tool for one set of settings. */
export function bashPredictor(
  settings: ClientSettings,
  scene: ClientScene,
  paths: PathCheck,
): (input: JsonObject, mode: Mode) => Prediction {
  const rules = bashRules(settings);

  function predict(input: JsonObject, mode: Mode): Prediction {
    const source = stringField(input, 'command') ?? '';
    const line = readClientLine(source, scene.home);
    const denied = rules.strict('deny', line, source);
    if (denied !== null) return { verdict: 'deny', rule: denied, why: 'a command in the line is denied' };
    const found = line.unchecked === null ? linePaths(line, scene, paths, mode) : [];
    const forbidden = found.find((entry) => entry.verdict === 'deny');
    if (forbidden !== undefined) return { verdict: 'deny', rule: forbidden.rule, why: forbidden.why };
    const asked = rules.forEvery('ask') ?? rules.strict('ask', line, source);
    if (asked !== null) return ask(asked, 'a rule asks for a command in the line');
    const target = dangerousTarget(line.commands, scene);
    if (target !== null) return ask(null, `a removal of \`${target}\` asks in every mode`);
    if (mode === 'bypassPermissions') return { verdict: 'allow', rule: null, why: 'the mode asks for nothing' };
    const broad = mode === 'plan' || mode === 'auto' ? null : rules.forEvery('allow');
    if (broad !== null) {
      const sensitive = found.find((entry) => entry.isSensitive);
      if (sensitive !== undefined) return ask(sensitive.rule, sensitive.why);
      if (line.hasBackground) return ask(null, 'a command runs in the background');
      return { verdict: 'allow', rule: broad, why: 'every command is allowed' };
    }
    if (line.unchecked !== null) return ask(null, `the client cannot follow the line: ${line.unchecked}`);
    const hazard = lineHazard(line, scene.cwd);
    return hazard === null ? eachCommand(line, found, mode) : ask(null, hazard);
  }

  /** The line is allowed if each command in it is, by a rule or by what it does. */
  function eachCommand(line: ClientLine, found: readonly LineFinding[], mode: Mode): Prediction {
    let decidedBy: string | null = null;
    const isCalm = isHarmlessThroughout(line);
    for (const [index, command] of line.commands.entries()) {
      const own = found.filter((entry) => entry.command === index);
      const firm = own.find((entry) => entry.isFirm);
      if (firm !== undefined) return ask(firm.rule, firm.why);
      const allowed = rules.allows(command);
      if (allowed !== null) {
        decidedBy ??= allowed;
        continue;
      }
      const [weak] = own;
      if (weak !== undefined) return ask(weak.rule, weak.why);
      const isFixed = isCalm || !command.words.some((word) => word.isDynamic);
      if (!isFixed || !isHarmless(command, line, mode))
        return ask(null, `\`${command.words[0]?.value ?? 'a variable'}\` is not known to only read`);
    }
    const why = decidedBy === null ? 'it only reads' : 'each command is allowed or only reads';
    return { verdict: 'allow', rule: decidedBy, why };
  }
  return predict;
}

function ask(rule: string | null, why: string): Prediction {
  return { verdict: 'ask', rule, why };
}

function isHarmless(command: LineCommand, line: ClientLine, mode: Mode): boolean {
  if (command.words.length === 0) return true;
  if (command.lead === 'time' || hasHarmfulVariable(command)) return false;
  const words = innermost(command.words, 'read-only');
  if (words.some((word) => /^~[^/]/.test(word.text) || word.usesVariable)) return false;
  if (isReadOnly(words)) return !line.hasOpenLoop || !isHarmlessThroughout(line);
  const isEditing = (mode === 'acceptEdits' || mode === 'auto') && !setsVariable(line);
  return isEditing && command.lead === 'nothing' && !command.hasInlineInput && isTrustedEdit(command);
}

/** Whether a command of a line does nothing but set variables to what is known before it runs. */
function setsVariable(line: ClientLine): boolean {
  return line.commands.some(
    (command) => command.words.length === 0 && !/[$`]/.test(command.text) && command.text !== '',
  );
}

/** Whether every command of a line is harmless by itself, so that what one prints may become words of another. */
function isHarmlessThroughout(line: ClientLine): boolean {
  return line.commands.every(
    (command) => command.words.length === 0 || isReadOnly(innermost(command.words, 'read-only')),
  );
}
