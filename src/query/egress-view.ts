import { DAY, PLACE } from './record-views.ts';
import { same, sql, text, whole } from './sql.ts';
import type { Sql } from './sql.ts';
import { unionView } from './view.ts';
import type { Column, View } from './view.ts';

const COLUMNS: readonly Column[] = [
  ...PLACE,
  {
    name: 'layer',
    type: 'varchar',
    about:
      '`guard`: a call that was decided; `proxy`: a connection that was asked for; `process`: one that a process held; `reconcile`: one of those that is a finding',
  },
  { name: 'verdict', type: 'varchar', about: '`allow`, `ask` or `deny`; NULL where nobody was asked' },
  { name: 'host', type: 'varchar', about: 'name or address; NULL where the record does not tell, as of a command' },
  { name: 'port', type: 'bigint', about: 'of the far end; NULL where the record does not tell' },
  {
    name: 'destination',
    type: 'varchar',
    about:
      'of a connection that a process held: `model`, `outside`, or `unexplained` where no name of it is known; NULL else',
  },
  { name: 'pid', type: 'bigint', about: 'the process that held it' },
  { name: 'seen_by', type: 'varchar', about: 'how that was seen: `auditd` or `proc`; `process` of a finding' },
  { name: 'rule_id', type: 'varchar', about: 'the rule, why the proxy refused, or which finding' },
  { name: 'tool', type: 'varchar', about: 'the tool that asked' },
  { name: 'summary', type: 'varchar', about: 'programs of a command' },
  { name: 'tool_use_id', type: 'varchar', about: 'the call' },
  ...DAY,
];

/** Rules that decide on commands because of where their words would go. */
const NETWORK_RULES = [
  'decide/saved-download',
  'default/web',
  'network/bash-device',
  'shell/copy-out',
  'shell/download-to-file',
  'shell/metadata-service',
  'shell/pipe-to-interpreter',
  'shell/raw-network',
  'shell/tunnel',
  'shell/upload',
  'taint/outgoing',
];

const COMMON = Object.fromEntries([...PLACE, ...DAY].map(({ name, from }) => [name, from]));

/** `192.0.2.1 443`, as processes are seen to hold it. */
const HELD = {
  host: sql`split_part(${text('remote')}, ' ', 1)`,
  port: sql`TRY_CAST(nullif(split_part(${text('remote')}, ' ', 2), '') AS bigint)`,
  destination: text('to'),
  pid: whole('pid'),
  seen_by: text('seenBy'),
};

/** What the proxy was asked for: `host:port`, a path on a connection that it had taken, or `unknown`. */
const ASKED = text('path');

/** Ways out, as each layer saw them. */
export const EGRESS: View = unionView(
  'egress',
  'Something wanted out: a connection, a page to be fetched, a command that reaches the network. What several layers saw has a row for each.',
  COLUMNS,
  [
    {
      from: same('records r'),
      where: same("r.kind = 'egress' AND r.event = 'connection'"),
      values: { ...COMMON, layer: same("'process'"), ...HELD },
    },
    {
      from: same('records r'),
      where: same("r.kind = 'finding' AND r.event = 'traffic-outside-gateway'"),
      values: { ...COMMON, layer: same("'reconcile'"), ...HELD, rule_id: same('r.event') },
    },
    {
      from: same('records r'),
      where: same("r.kind = 'model' AND r.event = 'tunnel'"),
      values: { ...COMMON, layer: same("'proxy'"), verdict: same("'allow'"), host: text('host') },
    },
    {
      from: same('records r'),
      where: sql`r.kind = 'model' AND r.event = 'refused' AND ${text('why')} LIKE 'proxy-%'`,
      values: {
        ...COMMON,
        layer: same("'proxy'"),
        verdict: same("'deny'"),
        host: hostOf(ASKED),
        port: sql`TRY_CAST(nullif(regexp_extract(${ASKED}, ':([0-9]{1,5})$', 1), '') AS bigint)`,
        rule_id: text('why'),
      },
    },
    {
      from: same('records r'),
      where: sql`r.kind = 'decision' AND r.event = 'PreToolUse' AND (${text('kind')} = 'fetch'
  OR ${text('ruleId')} LIKE 'web/%' OR ${text('ruleId')} IN (${NETWORK_RULES.map((rule) => `'${rule}'`).join(', ')}))`,
      values: {
        ...COMMON,
        layer: same("'guard'"),
        verdict: text('verdict'),
        host: sql`CASE WHEN ${text('kind')} = 'fetch' AND ${text('summary')} NOT LIKE '% %' THEN ${text('summary')} END`,
        rule_id: text('ruleId'),
        tool: text('tool'),
        summary: text('summary'),
        tool_use_id: text('toolUseId'),
      },
    },
  ],
);

function hostOf(asked: Sql): Sql {
  return sql`CASE WHEN ${asked} NOT LIKE '/%' THEN nullif(regexp_replace(${asked}, ':[0-9]{1,5}$', ''), 'unknown') END`;
}
