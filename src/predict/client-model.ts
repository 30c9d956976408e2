import type { Json, JsonObject } from '../core/json.ts';
import { EVERY_TOOL } from './client-rule.ts';
import { effectiveMode, readClientSettings } from './client-settings.ts';
import { meansTool, toolStanding } from './client-tools.ts';
import { parameterRule } from './parameter-rule.ts';
import { pathCheck } from './path-check.ts';
import type { ClientScene } from './path-rule.ts';
import { bashPredictor } from './predict-bash.ts';
import { fetchPredictor } from './predict-fetch.ts';
import { FILE_TOOLS, filePredictor } from './predict-file.ts';
import type { Mode, Prediction, RuleList, ToolCall } from './prediction.ts';

/** The client's own permission decision, for one set of settings. */
export interface ClientModel {
  /** What the client would do with a call. Pure; never throws, whatever the call holds. */
  predict(call: ToolCall): Prediction;
}

/** Makes the model of a client that runs under `settings` in `scene`. Settings are read as they come: nothing throws. */
export function clientModel(settings: Json, scene: ClientScene): ClientModel {
  const read = readClientSettings(settings);
  const paths = pathCheck(read, scene);
  const bash = bashPredictor(read, scene, paths);
  const file = filePredictor(read, scene, paths);
  const fetched = fetchPredictor(read);

  const forTool = (list: RuleList, tool: string): string | null =>
    read.rules[list].find((rule) => rule.kind === 'tool' && meansTool(list, rule.tool, tool))?.text ?? null;

  const everyTool = read.rules.ask.find((rule) => rule.kind === 'tool' && rule.tool === EVERY_TOOL) ?? null;

  function inner(call: ToolCall, mode: Mode): Prediction {
    const { tool, input } = call;
    const denied = forTool('deny', tool);
    if (denied !== null) return { verdict: 'deny', rule: denied, why: 'the tool is taken away' };
    const standing = toolStanding(tool);
    if (standing === 'absent') return { verdict: 'deny', rule: null, why: 'the client has no such tool' };
    const field = parameterRule(read.rules.deny, tool, input);
    if (field !== null) return { verdict: 'deny', rule: field.text, why: 'a field of the call is denied' };
    const settled = byTool(call, input, mode);
    const asked = parameterRule(read.rules.ask, tool, input) ?? everyTool;
    if (asked !== null && settled.verdict !== 'deny')
      return { verdict: 'ask', rule: asked.text, why: 'a rule asks for such calls of the tool' };
    return settled;
  }

  function byTool(call: ToolCall, input: JsonObject, mode: Mode): Prediction {
    if (call.tool === 'Bash') return bash(input, mode, call.isFirstCommand === true);
    if (FILE_TOOLS.has(call.tool)) return file(call.tool, input, mode);
    if (call.tool === 'WebFetch') return fetched(input, mode);
    return other(call.tool, mode);
  }

  function other(tool: string, mode: Mode): Prediction {
    const asked = forTool('ask', tool);
    if (asked !== null) return { verdict: 'ask', rule: asked, why: 'every call of the tool asks' };
    if (mode === 'bypassPermissions') return { verdict: 'allow', rule: null, why: 'the mode asks for nothing' };
    if (mode === 'plan' && tool.startsWith('mcp__'))
      return { verdict: 'ask', rule: null, why: 'the mode calls no tools of MCP servers' };
    const allowed = forTool('allow', tool);
    if (allowed !== null) return { verdict: 'allow', rule: allowed, why: 'every call of the tool is allowed' };
    if (toolStanding(tool) === 'open') return { verdict: 'allow', rule: null, why: 'the tool needs nobody’s approval' };
    return { verdict: 'ask', rule: null, why: 'no rule names the tool' };
  }

  return {
    predict(call) {
      const mode = effectiveMode(read, call.mode);
      const prediction = inner(call, mode);
      if (prediction.verdict !== 'ask' || mode !== 'dontAsk') return prediction;
      return { ...prediction, verdict: 'deny', why: `nobody is asked in this mode: ${prediction.why}` };
    },
  };
}
