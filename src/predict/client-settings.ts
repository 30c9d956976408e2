import { isJsonObject } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { readClientRule } from './client-rule.ts';
import type { ClientRule } from './client-rule.ts';
import { LISTS, MODES } from './prediction.ts';
import type { Mode, RuleList } from './prediction.ts';

/** What settings say about permissions, as far as the client takes it. */
export interface ClientSettings {
  readonly rules: Readonly<Record<RuleList, readonly ClientRule[]>>;
  readonly defaultMode: Mode;
  readonly isBypassDisabled: boolean;
  readonly isAutoDisabled: boolean;
  /** As written: absolute, below `~`, or below the folder of the session. */
  readonly additionalDirectories: readonly string[];
  readonly sandbox: SandboxSettings;
}

export interface SandboxSettings {
  readonly isOn: boolean;
  /** Whether a command in the sandbox needs nobody's approval. */
  readonly isAutoAllowed: boolean;
  /** Whether a call may ask to run outside of it. */
  readonly mayBeLeft: boolean;
  readonly excludedCommands: readonly string[];
}

/** Reads settings as the client does: a member of a wrong type counts as absent. Never throws. */
export function readClientSettings(settings: Json): ClientSettings {
  const whole = isJsonObject(settings) ? settings : {};
  const permissions = objectAt(whole, 'permissions');
  const sandbox = objectAt(whole, 'sandbox');
  const rulesOf = (list: RuleList): readonly ClientRule[] => strings(permissions[list]).map(readClientRule);
  const [deny, ask, allow] = LISTS.map(rulesOf);
  const isDisabled = (key: string): boolean => permissions[key] === 'disable';
  // The client grants nothing as long as it cannot read all that restricts.
  const isWithheld = [...(deny ?? []), ...(ask ?? [])].some((rule) => !isReadable(rule));
  return {
    rules: {
      deny: (deny ?? []).filter(isReadable),
      ask: (ask ?? []).filter(isReadable),
      allow: isWithheld ? [] : (allow ?? []),
    },
    defaultMode: MODES.find((mode) => mode === permissions['defaultMode']) ?? 'default',
    isBypassDisabled: isDisabled('disableBypassPermissionsMode'),
    isAutoDisabled: isDisabled('disableAutoMode') || whole['disableAutoMode'] === 'disable',
    additionalDirectories: strings(permissions['additionalDirectories']),
    sandbox: {
      isOn: sandbox['enabled'] === true,
      isAutoAllowed: sandbox['autoAllowBashIfSandboxed'] === true,
      mayBeLeft: sandbox['allowUnsandboxedCommands'] !== false,
      excludedCommands: strings(sandbox['excludedCommands']),
    },
  };
}

/** The mode that a session runs in that was asked to run in `wanted`. */
export function effectiveMode(settings: ClientSettings, wanted: Mode | undefined): Mode {
  const mode = wanted ?? settings.defaultMode;
  if (mode === 'bypassPermissions' && settings.isBypassDisabled) return 'default';
  if (mode === 'auto' && settings.isAutoDisabled) return 'default';
  return mode;
}

/** Whether the client takes a rule at all: it leaves out what is written wrongly, and what names no host for `WebFetch`. */
function isReadable(rule: ClientRule): boolean {
  if (rule.kind === 'skipped') return false;
  return rule.kind !== 'content' || rule.tool !== 'WebFetch' || rule.content.startsWith('domain:');
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return isJsonObject(value) ? value : {};
}

function strings(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}
