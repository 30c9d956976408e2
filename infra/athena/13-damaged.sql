-- A line that is no record. Checksums are for `audit query` and `audit verify`: Athena cannot compute them.
CREATE OR REPLACE VIEW damaged AS
SELECT
  regexp_extract("$path", '[^/]+$') AS file,
  CAST(NULL AS bigint) AS line,
  'not a record' AS problem
FROM record_lines r
WHERE TRY_CAST(json_extract_scalar(r.line, '$.index') AS bigint) IS NULL
