import { resolve } from 'node:path';
import { USUAL_SCENES, diffFields, diffTables, isProvenEqual } from '../analyse/index.ts';
import type { ClientSides, FieldChange, PolicyDiff } from '../analyse/index.ts';
import { loadPolicy } from '../bin/load-policy.ts';
import { managedSettings } from '../compile/index.ts';
import type { Action } from '../core/action.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { RuleTable, RuleVerdict } from '../core/rule-table.ts';
import type { Scene } from '../decide/index.ts';
import type { Policy } from '../policy/index.ts';
import { clientModel } from '../predict/index.ts';
import type { ClientModel } from '../predict/index.ts';
import { clientCall } from './client-call.ts';
import { ownPaths } from './place.ts';
import { anySite } from './policy-compile.ts';

/** What differs between two policies: what calls are answered, and what else the documents say. */
export interface PolicyComparison extends PolicyDiff {
  /** Fields outside of the rules and the egress list, and rules that only warn or watch. */
  readonly fields: readonly FieldChange[];
}

/** How two policies are compared. */
export interface Comparing {
  /** Compares files for this workspace instead of the usual ones. */
  readonly workspace: string | null;
  readonly home: string;
  readonly nowMs: number;
  readonly onWarning: (text: string) => void;
  /** Called with what is being compared next. */
  readonly onProgress: (part: string) => void;
}

/** Compares the policies of two documents or folders of them. */
export function comparePolicies(beforePath: string, afterPath: string, comparing: Comparing): PolicyComparison {
  const [before, after] = [loadedSide(beforePath, comparing), loadedSide(afterPath, comparing)];
  const { workspace, home, onProgress } = comparing;
  const scenes =
    workspace === null
      ? USUAL_SCENES
      : [{ workspace: resolve(workspace), homeDir: resolve(home), expandGlob: () => [] }];
  const diff = diffTables(before.table, after.table, {
    scenes,
    client: clientSides(before, after),
    egress: { before: before.policy.egress.hosts, after: after.policy.egress.hosts },
    onProgress,
  });
  return { ...diff, fields: diffFields(otherFields(before), otherFields(after)) };
}

/** Whether nothing differs, which is then proven. */
export function isNothingChanged(comparison: PolicyComparison): boolean {
  return isProvenEqual(comparison) && comparison.fields.length === 0;
}

interface Side {
  readonly policy: Policy;
  readonly table: RuleTable;
  readonly settings: JsonObject;
}

function loadedSide(path: string, { nowMs, onWarning }: Comparing): Side {
  const loaded = loadPolicy([resolve(path)], ownPaths().home, nowMs);
  for (const warning of loaded.warnings) onWarning(warning);
  const { policy } = loaded.bundle;
  const table = loaded.tableAt(nowMs);
  return { policy, table, settings: managedSettings(policy, table, anySite(policy)) };
}

function clientSides(before: Side, after: Side): ClientSides {
  const models = new Map<string, readonly [ClientModel, ClientModel]>();
  const modelsAt = (scene: Scene): readonly [ClientModel, ClientModel] => {
    const key = `${scene.workspace}\n${scene.homeDir}`;
    const place = { cwd: scene.workspace, home: scene.homeDir };
    const made = models.get(key) ?? [clientModel(before.settings, place), clientModel(after.settings, place)];
    models.set(key, made);
    return made;
  };
  const answer = (model: ClientModel, action: Action): RuleVerdict | null => {
    const call = clientCall(action);
    return call === null ? null : model.predict({ ...call, mode: 'default' }).verdict;
  };
  return {
    fields: diffFields(before.settings, after.settings),
    before: (action, scene) => answer(modelsAt(scene)[0], action),
    after: (action, scene) => answer(modelsAt(scene)[1], action),
  };
}

/** What a policy says besides the rules that are enforced and the list of hosts. */
function otherFields({ policy, table }: Side): Json {
  const { commands: _c, files: _f, web: _w, tools: _t, defaults: _d, mcp, egress: _e, ...rest } = policy;
  const rules = [table.commands, table.files, table.web, table.mcp, table.tools].flat();
  const trial = rules.filter(({ mode }) => mode !== 'enforce');
  // The policy is plain data, and so is what `JSON` makes of it.
  return JSON.parse(JSON.stringify({ ...rest, 'mcp.servers': mcp.servers, rollout: trial })) as Json;
}
