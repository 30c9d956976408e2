import { InvalidArgumentError } from 'commander';
import type { LoggedRecord } from '../audit/index.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';

/** What `audit tail` was asked to show. A record has to fit all that is said; several values of one are alternatives. */
export interface TailFilter {
  readonly session?: string;
  readonly kind?: readonly string[];
  readonly verdict?: readonly string[];
  /** Names of tools, without regard to case. */
  readonly tool?: readonly string[];
  /** Ids of rules, or a family with a star: `shell/*`. */
  readonly rule?: readonly string[];
  /** Ids of detectors or kinds of findings, or a family with a star; empty for any finding at all. */
  readonly finding?: readonly string[] | true;
  /** Milliseconds since the Unix epoch. */
  readonly since?: number;
  /** Text that the shown line holds, without regard to case. */
  readonly grep?: string;
}

/** Whether a record is to be shown. `line` gives the line that people would see of it, and is asked only where it matters. */
export function isWanted(record: LoggedRecord, filter: TailFilter, line: () => string): boolean {
  const { body } = record;
  if (filter.session !== undefined && record.sessionId !== filter.session) return false;
  if (filter.kind !== undefined && !filter.kind.includes(record.kind)) return false;
  if (filter.since !== undefined && record.occurredAtMs < filter.since) return false;
  if (filter.verdict !== undefined && !filter.verdict.includes(stringField(body, 'verdict') ?? '')) return false;
  if (filter.tool !== undefined) {
    const tool = (stringField(body, 'tool') ?? stringField(body, 'name') ?? '').toLowerCase();
    if (!filter.tool.some((one) => one.toLowerCase() === tool)) return false;
  }
  if (filter.rule !== undefined) {
    const rule = stringField(body, 'ruleId');
    if (rule === null || !filter.rule.some((one) => isNamed(rule, one))) return false;
  }
  if (filter.finding !== undefined) {
    const found = foundIn(record);
    const { finding } = filter;
    if (found.length === 0) return false;
    if (finding !== true && !found.some((id) => finding.some((one) => isNamed(id, one)))) return false;
  }
  return filter.grep === undefined || line().toLowerCase().includes(filter.grep.toLowerCase());
}

/** Detectors that a record names, and of a finding its kind. */
export function foundIn({ kind, body }: LoggedRecord): readonly string[] {
  const content = objectIn(body, 'content');
  const groups = ['masked', 'redacted', 'alerts', 'injections', 'blocked'].flatMap((group) => keysOf(content, group));
  const listed: Json | undefined = body['findings'];
  const said = Array.isArray(listed)
    ? (listed as readonly Json[]).flatMap((one) => (isJsonObject(one) ? (stringField(one, 'detectorId') ?? []) : []))
    : [];
  const event = kind === 'finding' ? [stringField(body, 'event') ?? 'finding'] : [];
  return [
    ...event,
    ...keysOf(objectIn(body, 'scan'), 'found'),
    ...groups,
    ...said,
    ...(stringField(body, 'detectorId') ?? '').split(' ').filter((id) => id !== ''),
  ];
}

/** Reads since when records are wanted: a moment such as `2026-11-22T10:00:00Z`, a UTC day, or how long ago, such as `90s`, `15m`, `2h`, `3d`. */
export function sinceOf(text: string, nowMs: number): number {
  const { count, unit } = /^(?<count>[0-9]{1,9})(?<unit>[smhd])$/.exec(text)?.groups ?? {};
  if (count !== undefined && unit !== undefined) return nowMs - Number(count) * (UNIT_MS[unit] ?? 0);
  const ms = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]{5,12}(?:Z|[+-][0-9]{2}:[0-9]{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('a moment (2026-11-22T10:00:00Z), a day, or a time ago (15m) is wanted');
  return ms;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Whether an id is the one that is named, or of the family that is. */
function isNamed(id: string, name: string): boolean {
  return name.endsWith('/*') ? id.startsWith(name.slice(0, -1)) : id === name;
}

function objectIn(body: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(body, key) ? body[key] : undefined;
  return isJsonObject(value) ? value : {};
}

function keysOf(body: JsonObject, key: string): readonly string[] {
  return Object.keys(objectIn(body, key));
}
