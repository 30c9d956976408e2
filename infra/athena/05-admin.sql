-- Somebody with rights on the host did something: read sealed content, erased it, held it, tested recovery.
CREATE OR REPLACE VIEW admin AS
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  r.event AS event,
  json_extract_scalar(r.body, '$.by') AS by_user,
  json_extract_scalar(r.body, '$.reason') AS reason,
  json_extract_scalar(r.body, '$.cause') AS cause,
  json_extract_scalar(r.body, '$.form') AS form,
  TRY_CAST(json_extract_scalar(r.body, '$.request') AS bigint) AS request,
  json_extract_scalar(r.body, '$.outcome') AS outcome,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'admin'
