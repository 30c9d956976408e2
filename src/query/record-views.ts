import { length, real, same, text, timeOf, whole } from './sql.ts';
import { column, plainView } from './view.ts';
import type { Made, View } from './view.ts';

/** Where and when: the first columns of every view whose rows are single records. */
export const PLACE: readonly Made[] = [
  column('id', 'bigint', same('r.id'), 'number of the record, as `audit show` takes it'),
  column('time', 'timestamp', same('r.time'), 'when it happened, UTC, by the clock of the host'),
  column('session', 'varchar', same('r.session'), 'the governed session; NULL for what concerns the host'),
];

/** The UTC day in three columns: what Athena reads less by. */
export const DAY: readonly Made[] = [
  column('year', 'varchar', same('r.year'), 'UTC year, four digits'),
  column('month', 'varchar', same('r.month'), 'UTC month, two digits'),
  column('day', 'varchar', same('r.day'), 'UTC day of the month, two digits'),
];

/**
 * Every record. In DuckDB lines were looked at before, and damaged ones are in `damaged`; in Athena a line that is no JSON
 * has no `id`, and is left out here.
 */
const RECORDS: View = plainView(
  'records',
  'One record of the log, whatever its kind; `body` is all that it says, as JSON.',
  {
    from: same('record_lines r'),
    where: {
      duckdb: 'r."index" IS NOT NULL',
      athena: "TRY_CAST(json_extract_scalar(r.line, '$.index') AS bigint) IS NOT NULL",
    },
  },
  [
    column('id', 'bigint', top('index', 'bigint'), 'number of the record, as `audit show` takes it'),
    column('time', 'timestamp', timeOf(top('at', 'bigint')), 'when it happened, UTC, by the clock of the host'),
    column('session', 'varchar', top('session', 'varchar'), 'the governed session; NULL for what concerns the host'),
    column(
      'kind',
      'varchar',
      top('kind', 'varchar'),
      '`decision`, `hook`, `model`, `session`, `policy`, `admin`, `egress`, `finding` or `log`',
    ),
    column(
      'event',
      'varchar',
      { duckdb: "json_extract_string(r.body, '$.event')", athena: "json_extract_scalar(r.line, '$.body.event')" },
      'what happened, within its kind',
    ),
    column('at_ms', 'bigint', top('at', 'bigint'), 'the same moment in milliseconds since the Unix epoch'),
    column(
      'body',
      'varchar',
      { duckdb: 'r.body', athena: "json_format(json_extract(r.line, '$.body'))" },
      'all that the record says, as JSON',
    ),
    column(
      'file',
      'varchar',
      { duckdb: 'r.file', athena: `regexp_extract("$path", '[^/]+$')` },
      'the segment or object that holds it',
    ),
    column('year', 'varchar', datePart('year', '%Y'), 'UTC year, four digits'),
    column('month', 'varchar', datePart('month', '%m'), 'UTC month, two digits'),
    column('day', 'varchar', datePart('day', '%d'), 'UTC day of the month, two digits'),
  ],
);

const PROMPTS: View = plainView(
  'prompts',
  'A prompt that a person sent: its digest and length, never its text.',
  { from: same('records r'), where: same("r.kind = 'hook' AND r.event = 'UserPromptSubmit'") },
  [
    ...PLACE,
    column('client_session', 'varchar', text('clientSessionId'), "the client's own name for its session"),
    column('prompt_id', 'varchar', text('promptId'), 'joins the calls that the prompt led to'),
    column('verdict', 'varchar', text('verdict'), '`deny` where it was refused, else NULL'),
    column('rule_id', 'varchar', text('ruleId'), 'the rule that refused it'),
    column('length', 'bigint', whole('promptLength'), 'UTF-16 code units'),
    column('sha256', 'varchar', text('promptSha256'), 'digest of the prompt as UTF-8'),
    column('findings', 'bigint', whole('scan.findings'), 'what detectors saw in it; NULL where none looked'),
    column('scan_did', 'varchar', text('scan.did'), 'what followed from that'),
    column('cwd', 'varchar', text('cwd'), 'working folder of the client'),
    ...DAY,
  ],
);

const POLICY_CHANGES: View = plainView(
  'policy_changes',
  'A policy came into force or was refused, or an exception ended.',
  { from: same('records r'), where: same("r.kind = 'policy'") },
  [
    ...PLACE,
    column('event', 'varchar', same('r.event'), '`in-force`, `refused` or `exception-ended`'),
    column('name', 'varchar', text('name'), 'of the policy or the exception'),
    column('digest', 'varchar', text('digest'), 'of the compiled policy: the `bundle` of decisions'),
    column('file', 'varchar', text('file'), 'where it was read'),
    column('exceptions', 'bigint', length('exceptions'), 'exceptions that hold under it'),
    column('sequence', 'bigint', whole('sequence'), 'number of the signed bundle; NULL for a policy read from text'),
    column('key_id', 'varchar', text('keyId'), 'key that signed the bundle'),
    column('code', 'varchar', text('code'), 'why it was refused, as an error code'),
    column('reason', 'varchar', text('reason'), 'the same as a sentence'),
    column('owner', 'varchar', text('owner'), 'owner of the exception'),
    column('ticket', 'varchar', text('ticket'), 'ticket of the exception'),
    ...DAY,
  ],
);

const ADMIN: View = plainView(
  'admin',
  'Somebody with rights on the host did something: read sealed content, erased it, held it, tested recovery.',
  { from: same('records r'), where: same("r.kind = 'admin'") },
  [
    ...PLACE,
    column('event', 'varchar', same('r.event'), 'what was done'),
    column('by_user', 'varchar', text('by'), 'user of the operating system'),
    column('reason', 'varchar', text('reason'), 'as the user gave it'),
    column('cause', 'varchar', text('cause'), '`request` or `retention`, of an erasure'),
    column('form', 'varchar', text('form'), '`masked` or `original`, of content that was opened'),
    column('request', 'bigint', whole('request'), 'record of the request whose content was opened'),
    column('outcome', 'varchar', text('outcome'), 'how a test of recovery ended'),
    ...DAY,
  ],
);

const LOG_EVENTS: View = plainView(
  'log_events',
  'What the log says of itself: openings, heartbeats, failed writes, gaps, jumps of the clock.',
  { from: same('records r'), where: same("r.kind = 'log'") },
  [
    ...PLACE,
    column(
      'event',
      'varchar',
      same('r.event'),
      '`opened`, `closed`, `heartbeat`, `gap`, `write-failed`, `torn-tail`, `clock-jump`, …',
    ),
    column('size', 'bigint', whole('size'), 'records that were there at an opening'),
    column('sequence', 'bigint', whole('sequence'), 'of a heartbeat, from 0 at each opening'),
    column('every_seconds', 'double', real('everySeconds'), 'how often it beats'),
    column('up_ms', 'double', real('upMs'), 'milliseconds since the log was opened'),
    column('refused', 'bigint', whole('refused'), 'records that were refused meanwhile'),
    column('code', 'varchar', text('code'), 'error code of the operating system, of a failed write'),
    column('cause', 'varchar', text('cause'), 'of a gap'),
    column('seconds', 'double', real('seconds'), 'of a gap: of which nothing is known'),
    column('jump_ms', 'bigint', whole('jumpMs'), 'how far the clock was set'),
    ...DAY,
  ],
);

/** Records, and the kinds whose rows need nothing but one record. */
export const RECORD_VIEWS: readonly View[] = [RECORDS, PROMPTS, POLICY_CHANGES, ADMIN, LOG_EVENTS];

/** A field of the line itself, beside its body. */
function top(name: string, type: 'bigint' | 'varchar'): ReturnType<typeof same> {
  const scalar = `json_extract_scalar(r.line, '$.${name}')`;
  return { duckdb: `r."${name}"`, athena: type === 'bigint' ? `TRY_CAST(${scalar} AS bigint)` : scalar };
}

function datePart(partition: string, form: string): ReturnType<typeof same> {
  return { duckdb: `strftime(epoch_ms(r."at"), '${form}')`, athena: `r.${partition}` };
}
