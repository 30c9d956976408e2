import { DAY, PLACE } from './record-views.ts';
import { flag, real, same, sql, text, whole } from './sql.ts';
import { column, plainView, unionView } from './view.ts';
import type { Column, View } from './view.ts';

/** Calls that the gateway makes itself, to see whether hooks reach the guard, begin so. */
const CANARY_ID = 'toolu_sallyport_%';

const DECISION_COLUMNS: readonly Column[] = [
  ...PLACE,
  { name: 'layer', type: 'varchar', about: '`guard` or `gateway`: who decided' },
  { name: 'subject', type: 'varchar', about: '`call`, `prompt` or `result`: what was decided on' },
  { name: 'event', type: 'varchar', about: 'the event in which it was asked' },
  { name: 'verdict', type: 'varchar', about: '`allow`, `ask`, `rewrite` or `deny`' },
  { name: 'rule_id', type: 'varchar', about: 'the rule that decided' },
  { name: 'tool', type: 'varchar', about: "the client's name of the tool" },
  {
    name: 'action_kind',
    type: 'varchar',
    about: '`command`, `read`, `write`, `fetch`, `mcp`, `tool`, `canary` or `unreadable`',
  },
  { name: 'summary', type: 'varchar', about: 'programs, path, host or name of what was asked; no operands' },
  { name: 'tool_use_id', type: 'varchar', about: 'joins the call in all layers' },
  { name: 'client_session', type: 'varchar', about: "the client's own name for its session" },
  { name: 'prompt_id', type: 'varchar', about: 'the prompt that led to it' },
  { name: 'agent_id', type: 'varchar', about: 'the subagent that acts; NULL for the agent itself' },
  { name: 'permission_mode', type: 'varchar', about: "the client's own mode of asking" },
  { name: 'cwd', type: 'varchar', about: 'working folder' },
  {
    name: 'is_canary',
    type: 'boolean',
    about: 'whether it is the check that hooks reach the guard: denied on purpose',
  },
  { name: 'findings', type: 'bigint', about: 'what detectors saw in the text; NULL where none looked' },
  { name: 'input_sha256', type: 'varchar', about: "digest of the tool's input; equal in guard and gateway" },
  { name: 'bundle', type: 'varchar', about: 'digest of the policy that decided' },
  ...DAY,
];

const COMMON = Object.fromEntries([...PLACE, ...DAY].map(({ name, from }) => [name, from]));
const OF_EVENT = {
  ...COMMON,
  layer: same("'guard'"),
  event: same('r.event'),
  rule_id: text('ruleId'),
  tool: text('tool'),
  tool_use_id: text('toolUseId'),
  client_session: text('clientSessionId'),
  prompt_id: text('promptId'),
  agent_id: text('agentId'),
  permission_mode: text('permissionMode'),
  cwd: text('cwd'),
  is_canary: same('false'),
  findings: whole('scan.findings'),
};

const DECISIONS: View = unionView(
  'decisions',
  'A decision that took effect: on a call, on a prompt that was refused, on a result that was held back.',
  DECISION_COLUMNS,
  [
    {
      from: same('records r'),
      where: same("r.kind = 'decision'"),
      values: {
        ...OF_EVENT,
        subject: same("'call'"),
        verdict: text('verdict'),
        action_kind: text('kind'),
        summary: text('summary'),
        is_canary: sql`coalesce(${text('toolUseId')} LIKE '${CANARY_ID}', false)`,
        input_sha256: text('inputSha256'),
        bundle: text('bundle'),
      },
    },
    {
      from: same('records r'),
      where: sql`r.kind = 'hook' AND ${text('ruleId')} IS NOT NULL`,
      values: {
        ...OF_EVENT,
        subject: same("CASE WHEN r.event = 'UserPromptSubmit' THEN 'prompt' ELSE 'result' END"),
        // A result with a rule and no denial had parts taken out.
        verdict: sql`coalesce(${text('verdict')}, 'rewrite')`,
        bundle: text('scan.bundle'),
      },
    },
    {
      from: same('records r'),
      where: same("r.kind = 'model' AND r.event = 'call-refused'"),
      values: {
        ...COMMON,
        layer: same("'gateway'"),
        subject: same("'call'"),
        event: same('r.event'),
        // What would have to be asked is taken out where nobody can be asked.
        verdict: same("'deny'"),
        rule_id: text('ruleId'),
        tool: text('name'),
        tool_use_id: text('toolUseId'),
        is_canary: same('false'),
        input_sha256: text('inputSha256'),
        bundle: text('bundle'),
      },
    },
  ],
);

const REPLIES = sql`(SELECT
    ${whole('requestIndex')} AS request_id, ${text('ended')} AS ended, ${whole('status')} AS status,
    ${text('stopReason')} AS stop_reason, ${real('durationMs')} AS duration_ms, ${whole('bytes')} AS bytes,
    ${whole('usage.input_tokens')} AS input_tokens, ${whole('usage.output_tokens')} AS output_tokens,
    ${whole('usage.cache_read_input_tokens')} AS cache_read_tokens,
    ${whole('usage.cache_creation_input_tokens')} AS cache_creation_tokens, ${text('messageId')} AS message_id
  FROM records r WHERE r.kind = 'model' AND r.event = 'response')`;

const MODEL_CALLS: View = plainView(
  'model_calls',
  'A request to the model service with its answer, or a request that the gateway refused.',
  {
    from: sql`records r LEFT JOIN ${REPLIES} p ON p.request_id = r.id`,
    where: same("r.kind = 'model' AND r.event IN ('request', 'refused')"),
  },
  [
    ...PLACE,
    column(
      'outcome',
      'varchar',
      same("CASE WHEN r.event = 'refused' THEN 'refused' WHEN p.ended IS NULL THEN 'no answer seen' ELSE p.ended END"),
      '`complete`, `refused`, `no answer seen`, or how the answer was cut',
    ),
    column('why', 'varchar', text('why'), 'why it was refused'),
    column('client_session', 'varchar', text('clientSessionId'), "the client's own name for its session"),
    column('agent_id', 'varchar', text('agentId'), 'the subagent that asks; NULL for the agent itself'),
    column('model', 'varchar', text('model'), 'as the client named it'),
    column('path', 'varchar', text('path'), 'of the request, or the host of a refused connection'),
    column('is_stream', 'boolean', flag('stream'), 'whether the answer was to come in pieces'),
    column('request_bytes', 'bigint', whole('bytes'), 'of the body as the client sent it'),
    column('forwarded_bytes', 'bigint', whole('forwardedBytes'), 'of the body as it went up, where that differs'),
    column('new_texts', 'bigint', whole('content.texts.new'), 'texts that went up for the first time'),
    column('http_status', 'bigint', same('p.status'), 'of the answer'),
    column('stop_reason', 'varchar', same('p.stop_reason'), 'why the model ended'),
    column('duration_ms', 'double', same('p.duration_ms'), 'from the request to the end of its answer'),
    column('reply_bytes', 'bigint', same('p.bytes'), 'that the client got'),
    column('input_tokens', 'bigint', same('p.input_tokens'), 'as the service counted'),
    column('output_tokens', 'bigint', same('p.output_tokens'), 'as the service counted'),
    column('cache_read_tokens', 'bigint', same('p.cache_read_tokens'), 'as the service counted'),
    column('cache_creation_tokens', 'bigint', same('p.cache_creation_tokens'), 'as the service counted'),
    column('message_id', 'varchar', same('p.message_id'), "the service's id of the answer"),
    ...DAY,
  ],
);

/** Decisions, and the way to the model. */
export const CALL_VIEWS: readonly View[] = [DECISIONS, MODEL_CALLS];
