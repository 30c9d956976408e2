import { DAY, PLACE } from './record-views.ts';
import { eachCount, eachEntry, isCounted, same, sql, text } from './sql.ts';
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

/**
 * What the gateway counts in a request, and what became of it. What blocks a new text is taken out of an old one; in both
 * cases it is counted under `redacted` as well, as the same finding.
 */
const REQUEST_GROUPS: readonly (readonly [group: string, fate: Sql])[] = [
  ['masked', same("'masked'")],
  ['redacted', same("'redacted'")],
  ['blocked', same("CASE WHEN r.event = 'refused' THEN 'blocked' ELSE 'redacted' END")],
  ['alerts', same("'alerted'")],
  ['injections', same("'noticed'")],
];

/** What is taken out of a result that goes on is never an instruction to the agent: those stay, or the result is held back whole. */
const GUARD_FATE = sql`CASE WHEN ${text('scan.did')} = 'redacted' AND ${FOUND.name} LIKE 'injection/%' THEN 'recorded' ELSE ${text('scan.did')} END`;

/** What detectors saw, and what layers disagree on. */
export const FINDINGS: View = unionView(
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
        fate: GUARD_FATE,
        is_stopped: stopped(GUARD_FATE),
        tool_use_id: text('toolUseId'),
      },
    },
    ...REQUEST_GROUPS.map(([group, fate]) => ({ each: eachCount(`content.${group}`), group, fate })).map(
      ({ each, group, fate }) => ({
        from: each.from,
        where: sql`r.kind = 'model' AND r.event IN ('request', 'refused')${group === 'redacted' ? sql` AND NOT (${isCounted('content.blocked', each.name)})` : ''}`,
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
      }),
    ),
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
