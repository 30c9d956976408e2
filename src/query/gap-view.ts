import { real, same, sql, text, whole } from './sql.ts';
import type { Sql } from './sql.ts';
import { unionView } from './view.ts';
import type { Column, View } from './view.ts';

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

/** Times and numbers of records of which nothing is known. */
export const GAPS: View = unionView(
  'gaps',
  'A time or a number of records of which the log says nothing.',
  GAP_COLUMNS,
  [
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
      values: {
        id: same('r.id'),
        kind: same("'clock'"),
        to_time: same('r.time'),
        seconds: sql`${real('jumpMs')} / 1e3`,
      },
    },
  ],
);

function momentOf(path: string): Sql {
  return {
    duckdb: `epoch_ms(${whole(path).duckdb})`,
    athena: `CAST(from_unixtime(${whole(path).athena} / 1e3) AS timestamp(3))`,
  };
}
