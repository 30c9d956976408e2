import { CONTENT_ACTIONS } from '../core/content-rules.ts';
import { CALL_REFUSERS, OPAQUE_ACTIONS, REPLY_ACTIONS, UNKNOWN_USAGE, WITHOUT_HOOKS } from '../core/gateway-rules.ts';
import { ROLLOUT_MODES } from '../core/rule-table.ts';
import { fieldPathText, printable } from './fault.ts';
import type { FieldPath } from './fault.ts';
import { isSaid, lineOf, report, valueAt, widens } from './layer-state.ts';
import type { LayerState } from './layer-state.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import type { PolicyPart } from './read-part.ts';

/** How the values of one field compare. A value that nobody wrote is `undefined`. */
interface Order {
  /** Whether a value permits nothing that `under` does not. */
  readonly restricts: (value: unknown, under: unknown) => boolean;
  /** What permits only what both permit. */
  readonly both: (one: unknown, other: unknown) => unknown;
}

/**
 * Lays the single values of the documents of one layer over what holds so far. Each is compared with what holds under the
 * layer, never with its neighbours, and the strictest of them holds: so their order carries no meaning.
 *
 * @param under what held before this layer, a copy; gets the sections that it lacks.
 */
export function layFields(state: LayerState, under: WrittenPolicy, parts: readonly PolicyPart[]): void {
  for (const part of parts) writeSections(state.merged, part);
  writeAllSections(under, state.merged);
  for (const [path, order] of FIELDS) {
    for (const part of parts) {
      if (!isSaid(part, path)) continue;
      const value = valueAt(part.written, path);
      const before = valueAt(under, path);
      if (order === FIXED && before !== value) {
        const message = `\`${fieldPathText(path)}\` is said by the base alone`;
        report(
          state,
          part,
          'policy/layer-widens',
          path,
          `${message}: ${lineOf(state.base, path)}`,
          'leave it out here',
        );
      } else if (!order.restricts(value, before)) {
        widens(
          state,
          part,
          path,
          `\`${fieldPathText(path)}\` is ${shown(value)} here and ${shown(before)} there`,
          path,
        );
      } else {
        const now = valueAt(state.merged, path);
        const strictest = order.both(now, value);
        if (strictest === now) continue;
        setAt(state.merged, path, strictest);
        state.sayers.set(fieldPathText(path), part);
      }
    }
  }
}

/** The words of a field, weakest first. */
function words(...names: readonly string[]): Order {
  const rank = (value: unknown): number => names.indexOf(String(value));
  return ranked(rank);
}

function ranked(rank: (value: unknown) => number): Order {
  return {
    restricts: (value, under) => rank(value) >= rank(under),
    both: (one, other) => (rank(other) > rank(one) ? other : one),
  };
}

const verdict = words('allow', 'ask', 'deny');
const TRUE_RESTRICTS = ranked((value) => (value === true ? 1 : 0));
const LESS_RESTRICTS = ranked((value) => (typeof value === 'number' ? -value : Number.NEGATIVE_INFINITY));
const MORE_RESTRICTS = ranked((value) => (typeof value === 'number' ? value : Number.NEGATIVE_INFINITY));
const FIXED: Order = { restricts: (value, under) => value === under, both: (one) => one };

const UMASK: Order = {
  restricts: (value, under) => (octal(value) & octal(under)) === octal(under),
  both: (one, other) => {
    const bits = octal(one) | octal(other);
    return one !== undefined && bits === octal(one) ? one : bits.toString(8).padStart(3, '0');
  },
};

function octal(value: unknown): number {
  return typeof value === 'string' ? Number.parseInt(value, 8) : 0;
}

const VERSION: Order = ranked((value) => {
  const [major = 0, minor = 0, patch = 0] = String(value).split('.').map(Number);
  // Each number has at most five digits: see the schema.
  return (major * 100_000 + minor) * 100_000 + patch;
});

const dlpAction = words('undefined', ...CONTENT_ACTIONS);
const opaqueAction = words(...OPAQUE_ACTIONS);

/** Every single-valued field that a layer may write, and what restricts it. */
const FIELDS: readonly (readonly [FieldPath, Order])[] = [
  [['shape'], FIXED],
  [['client', 'minimum_version'], VERSION],
  [['providers', 'use'], FIXED],
  [['providers', 'anthropic', 'upstream'], FIXED],
  [['providers', 'bedrock', 'region'], FIXED],
  [['providers', 'bedrock', 'upstream'], FIXED],
  [['providers', 'bedrock', 'upstream_auth'], FIXED],
  [['providers', 'vertex', 'project'], FIXED],
  [['providers', 'vertex', 'region'], FIXED],
  [['providers', 'vertex', 'upstream'], FIXED],
  [['containers', 'privileged'], verdict],
  [['containers', 'host_mounts'], verdict],
  [['containers', 'host_namespaces'], verdict],
  [['containers', 'capabilities'], verdict],
  [['containers', 'devices'], verdict],
  [['containers', 'limits', 'memory_mb'], LESS_RESTRICTS],
  [['containers', 'limits', 'cpus'], LESS_RESTRICTS],
  [['containers', 'limits', 'pids'], LESS_RESTRICTS],
  [['git', 'pull_request_only'], TRUE_RESTRICTS],
  [['git', 'force_push'], verdict],
  [['git', 'skip_checks'], verdict],
  [['dlp', 'secret'], dlpAction],
  [['dlp', 'personal'], dlpAction],
  [['dlp', 'company'], dlpAction],
  [['injection', 'on_finding'], words('undefined', 'alert', 'ask', 'deny')],
  [['injection', 'taint'], words('false', 'true', 'any-untrusted')],
  [['gateway', 'opaque', 'image'], opaqueAction],
  [['gateway', 'opaque', 'document'], opaqueAction],
  [['gateway', 'opaque', 'media'], opaqueAction],
  [['gateway', 'opaque', 'unknown'], opaqueAction],
  [['gateway', 'replies', 'secret'], words(...REPLY_ACTIONS)],
  [['gateway', 'replies', 'company'], words(...REPLY_ACTIONS)],
  [['gateway', 'denied_calls'], words(...CALL_REFUSERS)],
  [['gateway', 'without_hooks'], words(...WITHOUT_HOOKS)],
  [['gateway', 'limits', 'max_body_bytes'], LESS_RESTRICTS],
  [['gateway', 'limits', 'concurrent_requests'], LESS_RESTRICTS],
  [['gateway', 'limits', 'requests_per_minute', 'session'], LESS_RESTRICTS],
  [['gateway', 'limits', 'requests_per_minute', 'user'], LESS_RESTRICTS],
  [['gateway', 'limits', 'requests_per_minute', 'team'], LESS_RESTRICTS],
  [['gateway', 'limits', 'tokens_per_day', 'session'], LESS_RESTRICTS],
  [['gateway', 'limits', 'tokens_per_day', 'user'], LESS_RESTRICTS],
  [['gateway', 'limits', 'tokens_per_day', 'team'], LESS_RESTRICTS],
  [['gateway', 'limits', 'when_unknown'], words(...UNKNOWN_USAGE)],
  [['gateway', 'timeouts', 'connect_ms'], LESS_RESTRICTS],
  [['gateway', 'timeouts', 'idle_ms'], LESS_RESTRICTS],
  // What is logged more can help who looks into a case and harm who is looked at: neither is the stricter.
  [['gateway', 'content_log'], FIXED],
  // One more way in, and one more key that names are signed with.
  [['gateway', 'forward_proxy', 'enabled'], words('true', 'false')],
  [['gateway', 'telemetry', 'prometheus'], FIXED],
  [['gateway', 'telemetry', 'otlp'], FIXED],
  [['session', 'max_duration_minutes'], LESS_RESTRICTS],
  [['session', 'idle_timeout_minutes'], LESS_RESTRICTS],
  [['session', 'max_concurrent'], LESS_RESTRICTS],
  [['session', 'reauthenticate_for_sensitive_operations'], TRUE_RESTRICTS],
  [['session', 'transcript_days'], LESS_RESTRICTS],
  [['audit', 'retention_days'], MORE_RESTRICTS],
  // Less is known afterwards of what happened where only digests are kept.
  [['audit', 'content'], words('digest', 'sealed')],
  [['audit', 'heartbeat_seconds'], LESS_RESTRICTS],
  [['audit', 'content_days'], LESS_RESTRICTS],
  [['audit', 'backlog', 'alarm_records'], LESS_RESTRICTS],
  [['audit', 'backlog', 'alarm_seconds'], LESS_RESTRICTS],
  [['audit', 'backlog', 'deny_records'], LESS_RESTRICTS],
  [['audit', 'backlog', 'deny_seconds'], LESS_RESTRICTS],
  [['shell', 'keep_history'], TRUE_RESTRICTS],
  [['shell', 'umask'], UMASK],
  [['shell', 'timeout_minutes'], LESS_RESTRICTS],
  [['sandbox', 'enabled'], TRUE_RESTRICTS],
  [['defaults', 'command'], verdict],
  [['defaults', 'read_inside'], verdict],
  [['defaults', 'read_outside'], verdict],
  [['defaults', 'write_inside'], verdict],
  [['defaults', 'write_outside'], verdict],
  [['defaults', 'web'], verdict],
  [['defaults', 'mcp'], verdict],
  [['defaults', 'tool'], verdict],
  [['defaults', 'inline_code'], verdict],
  [['rollout', 'default'], words(...ROLLOUT_MODES.toReversed())],
];

/** Adds the sections that a document has and the policy of so far has not, saying as little as their absence. */
function writeSections(merged: WrittenPolicy, { document }: PolicyPart): void {
  const has = (section: string): boolean => valueAt(document.value, [section]) !== undefined;
  if (has('git'))
    merged.git ??= { protected_branches: [], pull_request_only: false, force_push: 'allow', skip_checks: 'allow' };
  if (has('containers')) {
    merged.containers ??= {
      privileged: 'allow',
      host_mounts: 'allow',
      host_namespaces: 'allow',
      capabilities: 'allow',
      devices: 'allow',
      limits: {},
    };
  }
  if (has('shell')) merged.shell ??= { keep_history: false };
  if (has('dlp')) merged.dlp ??= {};
  if (has('injection')) merged.injection ??= { taint: false };
}

/** Gives `policy` the same empty sections that `model` was given, so that both compare field by field. */
function writeAllSections(policy: WrittenPolicy, model: WrittenPolicy): void {
  for (const section of ['git', 'containers', 'shell', 'dlp', 'injection'] as const) {
    if (policy[section] === undefined && model[section] !== undefined) {
      Object.assign(policy, { [section]: structuredClone(model[section]) });
    }
  }
}

function setAt(policy: WrittenPolicy, path: FieldPath, value: unknown): void {
  const parent = valueAt(policy, path.slice(0, -1));
  const name = path.at(-1);
  if (typeof parent !== 'object' || parent === null || name === undefined) throw new TypeError('no such field');
  Reflect.set(parent, name, value);
}

function shown(value: unknown): string {
  return value === undefined
    ? 'not limited'
    : `\`${printable(typeof value === 'string' ? value : JSON.stringify(value))}\``;
}
