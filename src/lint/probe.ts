import type { SampleCall } from '../compile/index.ts';
import type { Decision } from '../core/decision.ts';
import { stringField } from '../core/json.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { decide, ruleIndex } from '../decide/index.ts';
import type { RuleIndex, Scene } from '../decide/index.ts';

/** Where the calls are made that a policy is asked about. */
const PROBE_SCENE: Scene = { workspace: '/workspace', homeDir: '/home/dev', expandGlob: () => [] };

/** A call that shows how a policy decides. */
export type Probe =
  | { readonly kind: 'command'; readonly line: string }
  | { readonly kind: 'read' | 'write'; readonly path: string }
  | { readonly kind: 'fetch'; readonly url: string };

/** How the policy decides a call. */
export function probed(index: RuleIndex, probe: Probe): Decision {
  const cwd = PROBE_SCENE.workspace;
  switch (probe.kind) {
    case 'command':
      return decide(index, { kind: 'command', commandLine: probe.line, cwd, isUnsandboxed: false }, PROBE_SCENE);
    case 'read':
    case 'write':
      return decide(index, { kind: probe.kind, path: probe.path, cwd }, PROBE_SCENE);
    case 'fetch':
      return decide(index, { kind: 'fetch', url: probe.url }, PROBE_SCENE);
  }
}

/** A sample call of the client as a probe, or null for a tool whose calls are not asked about here. */
export function probeOf({ tool, input }: SampleCall): Probe | null {
  const path = stringField(input, 'file_path') ?? '';
  switch (tool) {
    case 'Bash':
      return { kind: 'command', line: stringField(input, 'command') ?? '' };
    case 'Read':
      return { kind: 'read', path };
    case 'Write':
      return { kind: 'write', path };
    case 'WebFetch':
      return { kind: 'fetch', url: stringField(input, 'url') ?? '' };
    default:
      return null;
  }
}

/** The call for people: the command itself, or what is done with which file. */
export function probeText(probe: Probe): string {
  if (probe.kind === 'command') return probe.line;
  return probe.kind === 'fetch' ? probe.url : `${probe.kind} ${probe.path}`;
}

/** An index of a few rules of a table and nothing else, to see what they do by themselves. */
export function indexOfRules(
  table: RuleTable,
  only: Partial<Pick<RuleTable, 'commands' | 'files' | 'web'>>,
): RuleIndex {
  return ruleIndex({ ...table, commands: [], files: [], web: [], mcp: [], tools: [], ...only });
}
