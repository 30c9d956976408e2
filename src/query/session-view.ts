import { same, sql, text } from './sql.ts';
import type { Sql } from './sql.ts';
import { column, plainView } from './view.ts';
import type { Made, View } from './view.ts';

/** How many records of the session are such. */
function counted(name: string, where: Sql | string, about: string): Made {
  return column(name, 'bigint', sql`count(*) FILTER (WHERE ${where})`, about);
}

/** The one text of the session that such records hold; the last in the order of the alphabet where there are several. */
function told(name: string, from: Sql, where: string, about: string): Made {
  return column(name, 'varchar', sql`max(CASE WHEN ${where} THEN ${from} END)`, about);
}

const IS_CALL = "r.kind = 'decision' AND r.event = 'PreToolUse'";
const IS_OWN_CALL = sql`${IS_CALL} AND coalesce(${text('toolUseId')} NOT LIKE 'toolu_sallyport_%', true)`;

/** One row for each governed session, with what it did in numbers. */
export const SESSIONS: View = plainView(
  'sessions',
  'A governed session: when, who, where, and how much of what.',
  { from: same('records r'), where: same('r.session IS NOT NULL'), groupBy: same('GROUP BY r.session') },
  [
    column('session', 'varchar', same('r.session'), 'its id'),
    column('first_seen', 'timestamp', same('min(r.time)'), 'time of its first record'),
    column('last_seen', 'timestamp', same('max(r.time)'), 'time of its last record'),
    column('first_id', 'bigint', same('min(r.id)'), 'number of its first record'),
    column('records', 'bigint', same('count(*)'), 'records that name it'),
    told(
      'workspace',
      text('workspace'),
      "r.kind = 'session' AND r.event = 'opened'",
      'the folder in which the agent works',
    ),
    told('provider', text('provider'), "r.kind = 'session' AND r.event = 'opened'", 'whose models it uses'),
    told(
      'user_name',
      text('about.user'),
      "r.kind = 'session' AND r.event = 'opened'",
      'who started it, as the launcher tells',
    ),
    column(
      'is_ended',
      'boolean',
      same("count(*) FILTER (WHERE r.kind = 'session' AND r.event = 'ended') > 0"),
      'whether its end is on record',
    ),
    told('end_reason', text('reason'), "r.kind = 'session' AND r.event = 'ended'", 'why it ended'),
    counted('client_starts', "r.kind = 'hook' AND r.event = 'SessionStart'", 'sessions of the client that began in it'),
    counted('hook_events', "r.kind IN ('hook', 'decision')", 'records of the guard'),
    counted('prompts', "r.kind = 'hook' AND r.event = 'UserPromptSubmit'", 'prompts that were sent'),
    counted('calls', IS_OWN_CALL, 'calls that the guard decided, checks of ours not counted'),
    counted('calls_denied', sql`${IS_OWN_CALL} AND ${text('verdict')} = 'deny'`, 'those of them that were denied'),
    counted(
      'calls_asked',
      sql`${IS_OWN_CALL} AND ${text('verdict')} = 'ask'`,
      'those of them that a person was asked about',
    ),
    counted(
      'calls_refused',
      "r.kind = 'model' AND r.event = 'call-refused'",
      "calls that were taken out of the model's answer",
    ),
    counted('requests', "r.kind = 'model' AND r.event = 'request'", 'requests that went up to the model'),
    counted('requests_refused', "r.kind = 'model' AND r.event = 'refused'", 'requests that the gateway refused'),
    counted('taints', "r.kind = 'session' AND r.event = 'tainted'", 'texts that it read and may now act for'),
    told('taint_source', text('source'), "r.kind = 'session' AND r.event = 'tainted'", 'where such a text came from'),
    counted('canaries', "r.kind = 'model' AND r.event = 'canary-issued'", 'checks that hooks reach the guard'),
    counted(
      'canaries_unanswered',
      "r.kind = 'model' AND r.event = 'canary-unanswered'",
      'those that the guard did not answer',
    ),
    counted(
      'undecided_results',
      "r.kind = 'model' AND r.event = 'undecided-result'",
      'calls that ran and that the guard never decided',
    ),
    counted('discrepancies', "r.kind = 'finding'", 'disagreements of layers'),
    counted(
      'openings',
      "r.kind = 'admin' AND r.event = 'content-opened'",
      'times that somebody opened its sealed content',
    ),
  ],
);
