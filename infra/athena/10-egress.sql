-- Something wanted out: a connection, a page to be fetched, a command that reaches the network.
CREATE OR REPLACE VIEW egress AS
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'egress' AS layer,
  json_extract_scalar(r.body, '$.verdict') AS verdict,
  json_extract_scalar(r.body, '$.host') AS host,
  coalesce(json_extract_scalar(r.body, '$.ruleId'), json_extract_scalar(r.body, '$.why')) AS rule_id,
  CAST(NULL AS varchar) AS tool,
  CAST(NULL AS varchar) AS summary,
  json_extract_scalar(r.body, '$.toolUseId') AS tool_use_id,
  TRY_CAST(json_extract_scalar(r.body, '$.bytesUp') AS bigint) AS bytes_up,
  TRY_CAST(json_extract_scalar(r.body, '$.bytesDown') AS bigint) AS bytes_down,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'egress'
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'proxy' AS layer,
  'allow' AS verdict,
  json_extract_scalar(r.body, '$.host') AS host,
  CAST(NULL AS varchar) AS rule_id,
  CAST(NULL AS varchar) AS tool,
  CAST(NULL AS varchar) AS summary,
  CAST(NULL AS varchar) AS tool_use_id,
  CAST(NULL AS bigint) AS bytes_up,
  CAST(NULL AS bigint) AS bytes_down,
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
  json_extract_scalar(r.body, '$.path') AS host,
  json_extract_scalar(r.body, '$.why') AS rule_id,
  CAST(NULL AS varchar) AS tool,
  CAST(NULL AS varchar) AS summary,
  CAST(NULL AS varchar) AS tool_use_id,
  CAST(NULL AS bigint) AS bytes_up,
  CAST(NULL AS bigint) AS bytes_down,
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
  json_extract_scalar(r.body, '$.ruleId') AS rule_id,
  json_extract_scalar(r.body, '$.tool') AS tool,
  json_extract_scalar(r.body, '$.summary') AS summary,
  json_extract_scalar(r.body, '$.toolUseId') AS tool_use_id,
  CAST(NULL AS bigint) AS bytes_up,
  CAST(NULL AS bigint) AS bytes_down,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'decision' AND r.event = 'PreToolUse' AND (json_extract_scalar(r.body, '$.kind') = 'fetch'
  OR json_extract_scalar(r.body, '$.ruleId') LIKE 'web/%' OR json_extract_scalar(r.body, '$.ruleId') IN ('decide/saved-download', 'default/web', 'network/bash-device', 'shell/copy-out', 'shell/download-to-file', 'shell/metadata-service', 'shell/pipe-to-interpreter', 'shell/raw-network', 'shell/tunnel', 'shell/upload', 'taint/outgoing'))
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'process' AS layer,
  CAST(NULL AS varchar) AS verdict,
  json_extract_scalar(r.body, '$.remote') AS host,
  CAST(NULL AS varchar) AS rule_id,
  CAST(NULL AS varchar) AS tool,
  CAST(NULL AS varchar) AS summary,
  CAST(NULL AS varchar) AS tool_use_id,
  CAST(NULL AS bigint) AS bytes_up,
  CAST(NULL AS bigint) AS bytes_down,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'finding' AND r.event = 'traffic-outside-gateway'
