import { stringField } from '../core/json.ts';
import type { Json } from '../core/json.ts';
import { effectiveMode, readClientSettings } from './client-settings.ts';
import { hostOf, isOpenHost, matchesHost } from './host-rule.ts';
import { pathCheck } from './path-check.ts';
import type { ClientScene } from './path-rule.ts';
import { bashPredictor } from './predict-bash.ts';
import { FILE_TOOLS, filePredictor } from './predict-file.ts';
import type { Mode, Prediction, RuleList, ToolCall } from './prediction.ts';

/** The client's own permission decision, for one set of settings. */
export interface ClientModel {
  /** What the client would do with a call. Pure; never throws, whatever the call holds. */
  predict(call: ToolCall): Prediction;
}

/** Makes the model of a client that runs under `settings` in `scene`. */
export function clientModel(settings: Json, scene: ClientScene): ClientModel {
  const read = readClientSettings(settings);
  const paths = pathCheck(read, scene);
  const bash = bashPredictor(read, scene, paths);
  const file = filePredictor(read, scene, paths);

  const forTool = (list: RuleList, tool: string): string | null =>
    read.rules[list].find((rule) => rule.kind === 'tool' && meansTool(rule.tool, tool))?.text ?? null;

  function inner(call: ToolCall, mode: Mode): Prediction {
    const denied = forTool('deny', call.tool);
    if (denied !== null) return { verdict: 'deny', rule: denied, why: 'the tool is taken away' };
    if (call.tool === 'Bash') return bash(call.input, mode);
    if (FILE_TOOLS.has(call.tool)) return file(call.tool, call.input, mode);
    if (call.tool === 'WebFetch') return fetched(stringField(call.input, 'url') ?? '', mode);
    return other(call.tool, mode);
  }

  function fetched(url: string, mode: Mode): Prediction {
    const host = hostOf(url);
    if (host === null) return { verdict: 'allow', rule: null, why: 'the call fails by itself: no URL' };
    const rule = (list: RuleList): string | null =>
      read.rules[list].find(
        (entry) => entry.kind === 'content' && entry.tool === 'WebFetch' && matchesHost(entry.content, host),
      )?.text ?? null;
    const denied = rule('deny');
    if (denied !== null) return { verdict: 'deny', rule: denied, why: 'the host is denied' };
    const asked = forTool('ask', 'WebFetch') ?? rule('ask');
    if (asked !== null) return { verdict: 'ask', rule: asked, why: 'the host asks' };
    if (mode === 'bypassPermissions') return { verdict: 'allow', rule: null, why: 'the mode asks for nothing' };
    const allowed = rule('allow') ?? forTool('allow', 'WebFetch');
    if (allowed !== null) return { verdict: 'allow', rule: allowed, why: 'the host is allowed' };
    if (isOpenHost(host))
      return { verdict: 'allow', rule: null, why: 'documentation that the client fetches without a question' };
    return { verdict: 'ask', rule: null, why: 'no rule names the host' };
  }

  function other(tool: string, mode: Mode): Prediction {
    const asked = forTool('ask', tool);
    if (asked !== null) return { verdict: 'ask', rule: asked, why: 'every call of the tool asks' };
    if (mode === 'bypassPermissions') return { verdict: 'allow', rule: null, why: 'the mode asks for nothing' };
    const allowed = forTool('allow', tool);
    if (allowed !== null) return { verdict: 'allow', rule: allowed, why: 'every call of the tool is allowed' };
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

/** Whether the tool of a rule without content means a tool: itself, or all tools of an MCP server. */
function meansTool(named: string, tool: string): boolean {
  if (named === tool) return true;
  if (!named.startsWith('mcp__')) return false;
  const server = named.endsWith('*') ? named.slice(0, -1) : `${named}__`;
  return tool.startsWith(server);
}
