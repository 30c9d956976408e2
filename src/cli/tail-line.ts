import type { LoggedRecord } from '../audit/index.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { shownLine } from './shown-line.ts';

/** Fields that tell people what a record is about, in the order in which they are shown. */
const TOLD = [
  'event',
  'severity',
  'why',
  'tool',
  'name',
  'verdict',
  'ruleId',
  'summary',
  'host',
  'path',
  'model',
  'reason',
  'detectorId',
];
/** Those that a compact line does with. */
const TOLD_COMPACT = ['why', 'tool', 'name', 'verdict', 'ruleId', 'summary', 'host', 'detectorId'];

/** The line of a record for people. */
export function tailLine(record: LoggedRecord): string {
  const at = new Date(record.occurredAtMs).toISOString();
  return `${record.index}  ${at}  ${record.kind}  ${shownLine(wordsOf(record.body, TOLD).join('  '))}`;
}

/** A short line: time of day in UTC, the end of the session's id, what happened. */
export function compactLine({ index, occurredAtMs, sessionId, kind, body }: LoggedRecord): string {
  const time = new Date(occurredAtMs).toISOString().slice(11, 23);
  const session = sessionId === null ? '------' : sessionId.slice(-6);
  const event = shownLine(stringField(body, 'event') ?? kind);
  return `${index} ${time} ${session} ${event} ${shownLine(wordsOf(body, TOLD_COMPACT).join(' '))}`.trimEnd();
}

function wordsOf(body: JsonObject, keys: readonly string[]): readonly string[] {
  return [
    ...keys.map((key) => stringField(body, key)),
    body['event'] === 'tainted' ? stringField(body, 'source') : null,
    isJsonObject(body['scan']) ? scanText(body['scan']) : null,
  ].filter((word) => word !== null);
}

/** What came of looking at a text, in brackets; null where nothing did. */
function scanText(scan: JsonObject): string | null {
  const found = isJsonObject(scan['found']) ? Object.keys(scan['found']) : [];
  const engines: readonly Json[] = Array.isArray(scan['engines']) ? scan['engines'] : [];
  const silent = engines.flatMap((one) =>
    isJsonObject(one) && stringField(one, 'outcome') !== 'ran'
      ? [
          `${stringField(one, 'engine') ?? 'an engine'} ${stringField(one, 'outcome') ?? ''}: ${stringField(one, 'reason') ?? ''}`,
        ]
      : [],
  );
  const did = stringField(scan, 'did');
  const said = [
    ...(did === null || did === 'nothing' ? [] : [did]),
    ...(stringField(scan, 'embedded') === 'failed' ? ['our detectors failed'] : []),
    ...found,
    ...silent,
  ];
  return said.length === 0 ? null : `[${said.join(', ')}]`;
}
