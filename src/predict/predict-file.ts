import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import type { ClientSettings } from './client-settings.ts';
import type { Access, PathCheck } from './path-check.ts';
import { expandHome, resolvePath } from './path-rule.ts';
import type { ClientScene } from './path-rule.ts';
import type { Mode, Prediction, RuleList } from './prediction.ts';

/** The tools that take one path, and what they do there. */
export const FILE_TOOLS: ReadonlyMap<string, Access> = new Map([
  ['Read', 'read'],
  ['Edit', 'write'],
  ['Write', 'write'],
  ['NotebookEdit', 'write'],
]);

/** Predicts calls of the tools that read and write files. Deny rules for the whole tool are settled before. */
export function filePredictor(
  settings: ClientSettings,
  scene: ClientScene,
  paths: PathCheck,
): (tool: string, input: JsonObject, mode: Mode) => Prediction {
  const forTool = (list: RuleList, tool: string): string | null =>
    settings.rules[list].find((rule) => rule.kind === 'tool' && rule.tool === tool)?.text ?? null;
  /** `Write(*)` allows what lies in the working directories, `Write` everything. */
  const wholeTool = (tool: string, isInside: boolean): string | null =>
    settings.rules.allow.find((rule) => rule.kind === 'tool' && rule.tool === tool && (isInside || rule.text === tool))
      ?.text ?? null;
  return (tool, input, mode) => {
    const access = FILE_TOOLS.get(tool) ?? 'write';
    const written = stringField(input, 'file_path') ?? stringField(input, 'notebook_path') ?? '';
    const path = resolvePath(expandHome(written, scene.home), scene.cwd);
    const finding = paths.find(access, path, mode);
    if (finding.verdict === 'deny') return { verdict: 'deny', rule: finding.rule, why: finding.why };
    const deniedRead = access === 'write' ? (paths.rule('deny', 'read', path)?.text ?? forTool('deny', 'Read')) : null;
    if (deniedRead !== null)
      return { verdict: 'deny', rule: deniedRead, why: 'what may not be read may not be written' };
    const asked = forTool('ask', tool) ?? paths.rule('ask', access, path)?.text ?? null;
    if (asked !== null) return { verdict: 'ask', rule: asked, why: 'a rule asks, in every mode' };
    if (mode === 'bypassPermissions') return { verdict: 'allow', rule: null, why: 'the mode asks for nothing' };
    if (finding.verdict === 'allow')
      return {
        verdict: 'allow',
        rule: finding.rule,
        why: finding.rule === null ? 'it lies in a working directory' : 'a rule allows it',
      };
    if (access === 'read' && (mode === 'plan' || mode === 'auto'))
      return { verdict: 'allow', rule: null, why: 'the mode reads everywhere' };
    const allowed = wholeTool(tool, finding.isInside);
    if (allowed !== null && !(access === 'write' && paths.isSensitive(path)))
      return { verdict: 'allow', rule: allowed, why: 'every call of the tool is allowed' };
    return { verdict: 'ask', rule: null, why: finding.why };
  };
}
