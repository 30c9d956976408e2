-- A policy came into force or was refused, or an exception ended.
CREATE OR REPLACE VIEW policy_changes AS
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  r.event AS event,
  json_extract_scalar(r.body, '$.name') AS name,
  json_extract_scalar(r.body, '$.digest') AS digest,
  json_extract_scalar(r.body, '$.file') AS file,
  json_array_length(json_extract(r.body, '$.exceptions')) AS exceptions,
  TRY_CAST(json_extract_scalar(r.body, '$.sequence') AS bigint) AS sequence,
  json_extract_scalar(r.body, '$.keyId') AS key_id,
  json_extract_scalar(r.body, '$.code') AS code,
  json_extract_scalar(r.body, '$.reason') AS reason,
  json_extract_scalar(r.body, '$.owner') AS owner,
  json_extract_scalar(r.body, '$.ticket') AS ticket,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'policy'
