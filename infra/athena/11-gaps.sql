-- A time or a number of records of which the log says nothing.
CREATE OR REPLACE VIEW gaps AS
SELECT
  r.id AS id,
  'time' AS kind,
  CAST(from_unixtime(TRY_CAST(json_extract_scalar(r.body, '$.fromMs') AS bigint) / 1e3) AS timestamp(3)) AS from_time,
  CAST(from_unixtime(TRY_CAST(json_extract_scalar(r.body, '$.toMs') AS bigint) / 1e3) AS timestamp(3)) AS to_time,
  TRY_CAST(json_extract_scalar(r.body, '$.seconds') AS double) AS seconds,
  CAST(NULL AS bigint) AS records,
  json_extract_scalar(r.body, '$.cause') AS cause
FROM records r
WHERE r.kind = 'log' AND r.event = 'gap'
UNION ALL
SELECT
  r.id AS id,
  'missing' AS kind,
  r.before_time AS from_time,
  r.time AS to_time,
  CAST(NULL AS double) AS seconds,
  r.id - r.before_id - 1 AS records,
  CAST(NULL AS varchar) AS cause
FROM (SELECT id, time, lag(id) OVER (ORDER BY id) AS before_id, lag(time) OVER (ORDER BY id) AS before_time FROM records) r
WHERE r.id > r.before_id + 1
UNION ALL
SELECT
  r.id AS id,
  'refused' AS kind,
  CAST(NULL AS timestamp(3)) AS from_time,
  r.time AS to_time,
  CAST(NULL AS double) AS seconds,
  TRY_CAST(json_extract_scalar(r.body, '$.refused') AS bigint) AS records,
  json_extract_scalar(r.body, '$.code') AS cause
FROM records r
WHERE r.kind = 'log' AND r.event = 'write-failed' AND TRY_CAST(json_extract_scalar(r.body, '$.refused') AS bigint) > 0
UNION ALL
SELECT
  r.id AS id,
  'clock' AS kind,
  CAST(NULL AS timestamp(3)) AS from_time,
  r.time AS to_time,
  TRY_CAST(json_extract_scalar(r.body, '$.jumpMs') AS double) / 1e3 AS seconds,
  CAST(NULL AS bigint) AS records,
  CAST(NULL AS varchar) AS cause
FROM records r
WHERE r.kind = 'log' AND r.event = 'clock-jump'
