import { fieldPathText, quoted } from './fault.ts';
import { isSaid, report, widens } from './layer-state.ts';
import type { LayerState } from './layer-state.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import type { PolicyPart } from './read-part.ts';

/**
 * Lays what the documents of one layer say about the log, beside its single values, over what holds so far: sinks,
 * witnesses and anchors are added under names of their own. Who repeats one that is there may only make it required.
 */
export function layAudit(state: LayerState, under: WrittenPolicy, parts: readonly PolicyPart[]): void {
  for (const part of parts) {
    for (const list of ['deliver', 'witnesses', 'anchors'] as const) layList(state, under, part, list);
  }
}

type AuditList = 'deliver' | 'witnesses' | 'anchors';
type Entry = WrittenPolicy['audit'][AuditList][number];

function layList(state: LayerState, under: WrittenPolicy, part: PolicyPart, list: AuditList): void {
  if (!isSaid(part, ['audit', list])) return;
  const entries: Entry[] = state.merged.audit[list];
  for (const [index, wanted] of part.written.audit[list].entries()) {
    const path = ['audit', list, index];
    const held = entries.findIndex(({ name }) => name === wanted.name);
    const now = entries[held];
    if (now === undefined) {
      entries.push(structuredClone(wanted));
    } else if (isTightened(now, wanted)) {
      entries[held] = structuredClone(wanted);
    } else if (!isTightened(wanted, now)) {
      const isUnder = under.audit[list].some(({ name }) => name === wanted.name);
      const said = `${quoted(wanted.name)} is another one there`;
      if (isUnder) widens(state, part, path, said, ['audit', list]);
      else {
        const message = `two documents give ${quoted(wanted.name)}`;
        report(state, part, 'policy/contradiction', path, message, 'give one of them another name');
      }
    } else if (
      'required' in wanted &&
      'required' in now &&
      now.required &&
      !wanted.required &&
      isWrittenRequired(part, index)
    ) {
      widens(state, part, [...path, 'required'], `${quoted(wanted.name)} is required there`, ['audit', list]);
    }
  }
  state.sayers.set(fieldPathText(['audit', list]), part);
}

/** A document that leaves `required` out says nothing of it. */
function isWrittenRequired(part: PolicyPart, index: number): boolean {
  return isSaid(part, ['audit', 'deliver', index, 'required']);
}

/** Whether `wanted` is `now`, or `now` and required on top. */
function isTightened(now: Entry, wanted: Entry): boolean {
  const isRequired = (entry: Entry): boolean => 'required' in entry && entry.required;
  return (isRequired(wanted) || !isRequired(now)) && withoutRequired(now) === withoutRequired(wanted);
}

/** Everything else that an entry says, in one spelling. Absent fields and fields without a value are the same. */
function withoutRequired(entry: Entry): string {
  const fields = Object.entries(entry).filter(([field, value]) => field !== 'required' && value !== undefined);
  return JSON.stringify(inOrder(fields).map(([field, value]) => [field, spelled(value)]));
}

function spelled(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return inOrder(Object.entries(value));
}

function inOrder(fields: readonly [string, unknown][]): readonly [string, unknown][] {
  return fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
}
