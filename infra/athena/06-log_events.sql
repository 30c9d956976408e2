-- What the log says of itself: openings, heartbeats, failed writes, gaps, jumps of the clock.
CREATE OR REPLACE VIEW log_events AS
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  r.event AS event,
  TRY_CAST(json_extract_scalar(r.body, '$.size') AS bigint) AS size,
  TRY_CAST(json_extract_scalar(r.body, '$.sequence') AS bigint) AS sequence,
  TRY_CAST(json_extract_scalar(r.body, '$.everySeconds') AS double) AS every_seconds,
  TRY_CAST(json_extract_scalar(r.body, '$.upMs') AS double) AS up_ms,
  TRY_CAST(json_extract_scalar(r.body, '$.refused') AS bigint) AS refused,
  json_extract_scalar(r.body, '$.code') AS code,
  json_extract_scalar(r.body, '$.cause') AS cause,
  TRY_CAST(json_extract_scalar(r.body, '$.seconds') AS double) AS seconds,
  TRY_CAST(json_extract_scalar(r.body, '$.jumpMs') AS bigint) AS jump_ms,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'log'
