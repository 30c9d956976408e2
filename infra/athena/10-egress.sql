-- Something wanted out: a connection, a page to be fetched, a command that reaches the network. What several layers saw has a row for each.
CREATE OR REPLACE VIEW egress AS
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'process' AS layer,
  CAST(NULL AS varchar) AS verdict,
  split_part(json_extract_scalar(r.body, '$.remote'), ' ', 1) AS host,
  TRY_CAST(nullif(split_part(json_extract_scalar(r.body, '$.remote'), ' ', 2), '') AS bigint) AS port,
  json_extract_scalar(r.body, '$.to') AS destination,
  TRY_CAST(json_extract_scalar(r.body, '$.pid') AS bigint) AS pid,
  json_extract_scalar(r.body, '$.seenBy') AS seen_by,
  CAST(NULL AS varchar) AS rule_id,
  CAST(NULL AS varchar) AS tool,
  CAST(NULL AS varchar) AS summary,
  CAST(NULL AS varchar) AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'egress' AND r.event = 'connection'
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'reconcile' AS layer,
  CAST(NULL AS varchar) AS verdict,
  split_part(json_extract_scalar(r.body, '$.remote'), ' ', 1) AS host,
  TRY_CAST(nullif(split_part(json_extract_scalar(r.body, '$.remote'), ' ', 2), '') AS bigint) AS port,
  json_extract_scalar(r.body, '$.to') AS destination,
  TRY_CAST(json_extract_scalar(r.body, '$.pid') AS bigint) AS pid,
  json_extract_scalar(r.body, '$.seenBy') AS seen_by,
  r.event AS rule_id,
  CAST(NULL AS varchar) AS tool,
  CAST(NULL AS varchar) AS summary,
  CAST(NULL AS varchar) AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'finding' AND r.event = 'traffic-outside-gateway'
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'proxy' AS layer,
  'allow' AS verdict,
  json_extract_scalar(r.body, '$.host') AS host,
  CAST(NULL AS bigint) AS port,
  CAST(NULL AS varchar) AS destination,
  CAST(NULL AS bigint) AS pid,
  CAST(NULL AS varchar) AS seen_by,
  CAST(NULL AS varchar) AS rule_id,
  CAST(NULL AS varchar) AS tool,
  CAST(NULL AS varchar) AS summary,
  CAST(NULL AS varchar) AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'model' AND r.event = 'tunnel'
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'proxy' AS layer,
  'deny' AS verdict,
  CASE WHEN json_extract_scalar(r.body, '$.path') NOT LIKE '/%' THEN nullif(regexp_replace(json_extract_scalar(r.body, '$.path'), ':[0-9]{1,5}$', ''), 'unknown') END AS host,
  TRY_CAST(nullif(regexp_extract(json_extract_scalar(r.body, '$.path'), ':([0-9]{1,5})$', 1), '') AS bigint) AS port,
  CAST(NULL AS varchar) AS destination,
  CAST(NULL AS bigint) AS pid,
  CAST(NULL AS varchar) AS seen_by,
  json_extract_scalar(r.body, '$.why') AS rule_id,
  CAST(NULL AS varchar) AS tool,
  CAST(NULL AS varchar) AS summary,
  CAST(NULL AS varchar) AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'model' AND r.event = 'refused' AND json_extract_scalar(r.body, '$.why') LIKE 'proxy-%'
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'guard' AS layer,
  json_extract_scalar(r.body, '$.verdict') AS verdict,
  CASE WHEN json_extract_scalar(r.body, '$.kind') = 'fetch' AND json_extract_scalar(r.body, '$.summary') NOT LIKE '% %' THEN json_extract_scalar(r.body, '$.summary') END AS host,
  CAST(NULL AS bigint) AS port,
  CAST(NULL AS varchar) AS destination,
  CAST(NULL AS bigint) AS pid,
  CAST(NULL AS varchar) AS seen_by,
  json_extract_scalar(r.body, '$.ruleId') AS rule_id,
  json_extract_scalar(r.body, '$.tool') AS tool,
  json_extract_scalar(r.body, '$.summary') AS summary,
  json_extract_scalar(r.body, '$.toolUseId') AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'decision' AND r.event = 'PreToolUse' AND (json_extract_scalar(r.body, '$.kind') = 'fetch'
  OR json_extract_scalar(r.body, '$.ruleId') LIKE 'web/%' OR json_extract_scalar(r.body, '$.ruleId') IN ('decide/saved-download', 'default/web', 'network/bash-device', 'shell/copy-out', 'shell/download-to-file', 'shell/metadata-service', 'shell/pipe-to-interpreter', 'shell/raw-network', 'shell/tunnel', 'shell/upload', 'taint/outgoing'))
