-- One record of the log, whatever its kind; `body` is all that it says, as JSON.
CREATE OR REPLACE VIEW records AS
SELECT
  TRY_CAST(json_extract_scalar(r.line, '$.index') AS bigint) AS id,
  CAST(from_unixtime(TRY_CAST(json_extract_scalar(r.line, '$.at') AS bigint) / 1e3) AS timestamp(3)) AS time,
  json_extract_scalar(r.line, '$.session') AS session,
  json_extract_scalar(r.line, '$.kind') AS kind,
  json_extract_scalar(r.line, '$.body.event') AS event,
  TRY_CAST(json_extract_scalar(r.line, '$.at') AS bigint) AS at_ms,
  json_format(json_extract(r.line, '$.body')) AS body,
  regexp_extract("$path", '[^/]+$') AS file,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM record_lines r
WHERE TRY_CAST(json_extract_scalar(r.line, '$.index') AS bigint) IS NOT NULL
