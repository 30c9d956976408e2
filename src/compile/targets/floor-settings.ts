import type { Json, JsonObject } from '../../core/json.ts';
import { managedSettings } from '../settings.ts';
import { jsonFile } from './target.ts';
import type { Target, TargetGap } from './target.ts';

/** Oldest client for which a document is written. Each difference below was measured on it or is named as not measured. */
export const FLOOR_VERSION = '2.1.197';

/** Hook events that the floor does not know. */
const NEWER_EVENTS = new Set(['PreModelSwitch', 'PostModelSwitch', 'DirectoryAdded']);

/** Settings that the floor ignores: left out, so that the document does not promise them. */
const NEWER_KEYS = new Set(['allowedProviders']);

/**
 * The managed settings for a client that a company cannot yet replace. It holds less than the current client's, and
 * says where.
 */
export const floorSettings: Target = {
  name: 'managed-settings-floor',
  about: `managed settings for client ${FLOOR_VERSION}, with a list of what that version does not hold`,
  compile({ policy, table, site }) {
    const document: Record<string, Json> = {};
    for (const [key, value] of Object.entries(managedSettings(policy, table, site))) {
      if (!NEWER_KEYS.has(key)) document[key] = value;
    }
    document['requiredMinimumVersion'] = FLOOR_VERSION;
    document['hooks'] = knownEvents(document['hooks'] as JsonObject);
    const gaps = [...FLOOR_GAPS, ...programGaps(table.commands.some(({ verdict }) => verdict === 'deny'))];
    return { files: [jsonFile('managed-settings.json', '/etc/claude-code/managed-settings.json', document)], gaps };
  },
};

function knownEvents(hooks: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(hooks).filter(([event]) => !NEWER_EVENTS.has(event)));
}

const FLOOR_GAPS: readonly TargetGap[] = [
  {
    subject: 'the document itself',
    why: 'a file that is no JSON starts this client with no policy at all; validate it before it is put in place',
  },
  { subject: 'permissions', why: 'one member of a wrong type drops the whole block, deny rules too' },
  { subject: 'hooks', why: '--bare and CLAUDE_CODE_SIMPLE=1 start this client without managed hooks' },
  { subject: 'hooks', why: `${[...NEWER_EVENTS].join(', ')} are unknown to it and left out` },
  { subject: 'hooks', why: 'a hook that gives no verdict leaves no notice' },
  { subject: 'allowedProviders', why: 'ignored: another provider is held by the pinned environment alone' },
  { subject: 'sandbox', why: 'its keys were not measured on this version' },
];

function programGaps(hasDenied: boolean): readonly TargetGap[] {
  if (!hasDenied) return [];
  const why =
    'only asked, so bypassed where everything is allowed: a full path, $( ), backquotes, ( ), { }, functions, <( ), a redirection in front';
  return [{ subject: 'deny rules on commands', why }];
}
