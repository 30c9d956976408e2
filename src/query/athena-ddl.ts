import { SAVED_QUERIES } from './saved-queries.ts';
import { viewStatement } from './view.ts';
import { VIEWS } from './views.ts';

/** A file of SQL for Athena. */
export interface AthenaFile {
  readonly name: string;
  readonly text: string;
}

/** Stands in the files for the database; whoever applies them puts its name there. */
const DATABASE = '${database}';
/** Stands for `s3://bucket` and the prefix of the sink, without a slash at the end. */
const PLACE = '${location}';
/** First year that a log can be of. */
const FIRST_YEAR = 2026;
const LAST_YEAR = 2099;

/**
 * The files, in the order in which they are to be applied. Athena takes one statement at a time, so each file but those of
 * `saved/` holds one. The same input gives the same bytes.
 */
export function athenaFiles(): readonly AthenaFile[] {
  const statements = [
    { name: 'record_lines', text: RECORD_LINES },
    { name: 'checkpoint_lines', text: CHECKPOINT_LINES },
    ...VIEWS.map((view) => ({ name: view.name, text: `-- ${view.about}\n${viewStatement(view, 'athena')}` })),
    { name: 'damaged', text: DAMAGED },
    { name: 'checkpoints', text: CHECKPOINTS },
  ];
  return [
    ...statements.map(({ name, text }, nth) => ({
      name: `${String(nth).padStart(2, '0')}-${name}.sql`,
      text: `${text.trim()}\n`,
    })),
    ...SAVED_QUERIES.map(({ name, about, sql }) => ({
      name: `saved/${name}.sql`,
      text: `-- ${about}\n${sql.trim()}\n`,
    })),
  ];
}

// A line is one text and is taken apart in the views: a line that is no JSON then spoils itself and not the query. The form
// knows no quotes and splits at no character that a record holds, since JSON escapes control characters.
const LINE_FORM = `ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
WITH SERDEPROPERTIES ('field.delim' = '\\u0001', 'serialization.format' = '\\u0001')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'`;

const RECORD_LINES = `-- The lines of the log as they were delivered. Days come from the keys, so nothing has to be crawled or repaired.
CREATE EXTERNAL TABLE IF NOT EXISTS \`${DATABASE}\`.\`record_lines\` (
  \`line\` string
)
PARTITIONED BY (\`year\` string, \`month\` string, \`day\` string)
${LINE_FORM}
LOCATION '${PLACE}/records/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.year.type' = 'integer', 'projection.year.range' = '${FIRST_YEAR},${LAST_YEAR}', 'projection.year.digits' = '4',
  'projection.month.type' = 'integer', 'projection.month.range' = '1,12', 'projection.month.digits' = '2',
  'projection.day.type' = 'integer', 'projection.day.range' = '1,31', 'projection.day.digits' = '2',
  'storage.location.template' = '${PLACE}/records/year=\${year}/month=\${month}/day=\${day}/'
)`;

const CHECKPOINT_LINES = `-- The lines of delivered checkpoints; the name of an object is the size that it covers.
CREATE EXTERNAL TABLE IF NOT EXISTS \`${DATABASE}\`.\`checkpoint_lines\` (
  \`line\` string
)
${LINE_FORM}
LOCATION '${PLACE}/checkpoints/'`;

const DAMAGED = `-- A line that is no record. Checksums are for \`audit query\` and \`audit verify\`: Athena cannot compute them.
CREATE OR REPLACE VIEW damaged AS
SELECT
  regexp_extract("$path", '[^/]+$') AS file,
  CAST(NULL AS bigint) AS line,
  'not a record' AS problem
FROM record_lines r
WHERE TRY_CAST(json_extract_scalar(r.line, '$.index') AS bigint) IS NULL`;

const CHECKPOINTS = `-- A signed statement about the log, not verified here.
CREATE OR REPLACE VIEW checkpoints AS
SELECT
  concat('checkpoints/', regexp_extract("$path", '[^/]+$')) AS file,
  max(TRY_CAST(regexp_extract("$path", '[0-9]{20}$') AS bigint)) AS size,
  max(CASE WHEN regexp_like(c.line, '^[A-Za-z0-9+/]{43}=$') THEN c.line END) AS root
FROM checkpoint_lines c
GROUP BY "$path"`;
