import { DAY, PLACE } from './record-views.ts';
import { eachCount, eachEntry, real, same, sql, text, whole } from './sql.ts';
import type { Sql } from './sql.ts';
import { unionView } from './view.ts';
import type { Column, View } from './view.ts';

const COMMON = Object.fromEntries([...PLACE, ...DAY].map(({ name, from }) => [name, from]));

const FINDING_COLUMNS: readonly Column[] = [
  ...PLACE,
  { name: 'layer', type: 'varchar', about: '`guard`, `gateway` or `reconcile`: who saw it' },
  {
    name: 'place',
    type: 'varchar',
    about: '`prompt`, `tool-input`, `tool-result`, `request`, `reply`, or `layers` where two disagree',
  },
  { name: 'detector_id', type: 'varchar', about: 'what saw it; of `reconcile` the kind of disagreement' },
  { name: 'area', type: 'varchar', about: '`secret`, `pii`, `company`, `injection` or `discrepancy`' },
  { name: 'hits', type: 'bigint', about: 'how often, in this one text or request' },
  {
    name: 'fate',
    type: 'varchar',
    about: '`refused`, `held-back`, `blocked`, `redacted`, `masked`, `recorded`, `alerted`, `noticed` or `nothing`',
  },
  {
    name: 'is_stopped',
    type: 'boolean',
    about: 'whether it went no further: refused, held back, blocked, redacted or masked',
  },
  { name: 'severity', type: 'varchar', about: 'of a discrepancy; NULL else' },
  { name: 'tool_use_id', type: 'varchar', about: 'the call, where it is about one' },
  ...DAY,
];

/** Fates after which nothing of the finding goes further. */
const STOPPED = "('refused', 'held-back', 'blocked', 'redacted', 'masked')";

function stopped(fate: Sql): Sql {
  return sql`coalesce(${fate} IN ${STOPPED}, false)`;
}

function areaOf(detector: Sql): Sql {
  return { duckdb: `split_part(${detector.duckdb}, '/', 1)`, athena: `split_part(${detector.athena}, '/', 1)` };
}

const FOUND = eachCount('scan.found');
const SAID = eachEntry('findings');

/** What the gateway counts in a request, and what became of it. */
const REQUEST_GROUPS: readonly (readonly [group: string, fate: Sql])[] = [
  ['masked', same("'masked'")],
  ['redacted', same("'redacted'")],
  // Old text is never blocked: it goes up with the request, and was only seen.
  ['blocked', same("CASE WHEN r.event = 'refused' THEN 'blocked' ELSE 'alerted' END")],
  ['alerts', same("'alerted'")],
  ['injections', same("'noticed'")],
];

const FINDINGS: View = unionView(
  'findings',
  'What detectors saw in one text, or what two layers disagree on; where and how often, never what.',
  FINDING_COLUMNS,
  [
    {
      from: FOUND.from,
      where: same("r.kind IN ('decision', 'hook')"),
      values: {
        ...COMMON,
        layer: same("'guard'"),
        place: same(
          "CASE WHEN r.kind = 'decision' THEN 'tool-input' WHEN r.event = 'UserPromptSubmit' THEN 'prompt' ELSE 'tool-result' END",
        ),
        detector_id: FOUND.name,
        area: areaOf(FOUND.name),
        hits: FOUND.count,
        fate: text('scan.did'),
        is_stopped: stopped(text('scan.did')),
        tool_use_id: text('toolUseId'),
      },
    },
    ...REQUEST_GROUPS.map(([group, fate]) => ({ each: eachCount(`content.${group}`), fate })).map(({ each, fate }) => ({
      from: each.from,
      where: same("r.kind = 'model' AND r.event IN ('request', 'refused')"),
      values: {
        ...COMMON,
        layer: same("'gateway'"),
        place: same("'request'"),
        detector_id: each.name,
        area: areaOf(each.name),
        hits: each.count,
        fate,
        is_stopped: stopped(fate),
      },
    })),
    {
      from: SAID.from,
      where: same("r.kind = 'model' AND r.event = 'reply-finding'"),
      values: {
        ...COMMON,
        layer: same("'gateway'"),
        place: same("'reply'"),
        detector_id: SAID.text('detectorId'),
        area: areaOf(SAID.text('detectorId')),
        hits: sql`TRY_CAST(${SAID.text('count')} AS bigint)`,
        fate: SAID.text('fate'),
        is_stopped: stopped(SAID.text('fate')),
      },
    },
    {
      from: same('records r'),
      where: same("r.kind = 'finding'"),
      values: {
        ...COMMON,
        layer: same("'reconcile'"),
        place: same("'layers'"),
        detector_id: same('r.event'),
        area: same("'discrepancy'"),
        hits: same('1'),
        fate: same("'alerted'"),
        is_stopped: same('false'),
        severity: text('severity'),
        tool_use_id: text('toolUseId'),
      },
    },
  ],
);

const EGRESS_COLUMNS: readonly Column[] = [
  ...PLACE,
  { name: 'layer', type: 'varchar', about: '`egress`, `proxy`, `guard` or `process`: who saw it' },
  { name: 'verdict', type: 'varchar', about: '`allow`, `ask` or `deny`; NULL where nobody could decide' },
  { name: 'host', type: 'varchar', about: 'where to; NULL where the record does not tell, as of a command' },
  { name: 'rule_id', type: 'varchar', about: 'the rule, or why the proxy refused' },
  { name: 'tool', type: 'varchar', about: 'the tool that asked' },
  { name: 'summary', type: 'varchar', about: 'programs of a command' },
  { name: 'tool_use_id', type: 'varchar', about: 'the call' },
  { name: 'bytes_up', type: 'bigint', about: 'bytes that went out; NULL where not counted' },
  { name: 'bytes_down', type: 'bigint', about: 'bytes that came back; NULL where not counted' },
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

const EGRESS: View = unionView(
  'egress',
  'Something wanted out: a connection, a page to be fetched, a command that reaches the network.',
  EGRESS_COLUMNS,
  [
    {
      from: same('records r'),
      where: same("r.kind = 'egress'"),
      values: {
        ...COMMON,
        layer: same("'egress'"),
        verdict: text('verdict'),
        host: text('host'),
        rule_id: sql`coalesce(${text('ruleId')}, ${text('why')})`,
        tool_use_id: text('toolUseId'),
        bytes_up: whole('bytesUp'),
        bytes_down: whole('bytesDown'),
      },
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
        host: text('path'),
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
    {
      from: same('records r'),
      where: same("r.kind = 'finding' AND r.event = 'traffic-outside-gateway'"),
      values: { ...COMMON, layer: same("'process'"), host: text('remote') },
    },
  ],
);

const GAP_COLUMNS: readonly Column[] = [
  { name: 'id', type: 'bigint', about: 'the record that tells of it, or the first one behind it' },
  {
    name: 'kind',
    type: 'varchar',
    about:
      '`time`: nobody wrote; `missing`: numbers without records; `refused`: the disk took nothing; `clock`: it was set',
  },
  { name: 'from_time', type: 'timestamp', about: 'last moment that is known' },
  { name: 'to_time', type: 'timestamp', about: 'next moment that is known' },
  { name: 'seconds', type: 'double', about: 'of which nothing is known; of `clock` how far it was set' },
  { name: 'records', type: 'bigint', about: 'records that were lost or refused' },
  { name: 'cause', type: 'varchar', about: 'as far as the log knows' },
];

const GAPS: View = unionView('gaps', 'A time or a number of records of which the log says nothing.', GAP_COLUMNS, [
  {
    from: same('records r'),
    where: same("r.kind = 'log' AND r.event = 'gap'"),
    values: {
      id: same('r.id'),
      kind: same("'time'"),
      from_time: momentOf('fromMs'),
      to_time: momentOf('toMs'),
      seconds: real('seconds'),
      cause: text('cause'),
    },
  },
  {
    from: same(
      '(SELECT id, time, lag(id) OVER (ORDER BY id) AS before_id, lag(time) OVER (ORDER BY id) AS before_time FROM records) r',
    ),
    where: same('r.id > r.before_id + 1'),
    values: {
      id: same('r.id'),
      kind: same("'missing'"),
      from_time: same('r.before_time'),
      to_time: same('r.time'),
      records: same('r.id - r.before_id - 1'),
    },
  },
  {
    from: same('records r'),
    where: sql`r.kind = 'log' AND r.event = 'write-failed' AND ${whole('refused')} > 0`,
    values: {
      id: same('r.id'),
      kind: same("'refused'"),
      to_time: same('r.time'),
      records: whole('refused'),
      cause: text('code'),
    },
  },
  {
    from: same('records r'),
    where: same("r.kind = 'log' AND r.event = 'clock-jump'"),
    values: { id: same('r.id'), kind: same("'clock'"), to_time: same('r.time'), seconds: sql`${real('jumpMs')} / 1e3` },
  },
]);

function momentOf(path: string): Sql {
  return {
    duckdb: `epoch_ms(${whole(path).duckdb})`,
    athena: `CAST(from_unixtime(${whole(path).athena} / 1e3) AS timestamp(3))`,
  };
}

/** What was seen, what went out, and what nobody knows. */
export const FINDING_VIEWS: readonly View[] = [FINDINGS, EGRESS, GAPS];
