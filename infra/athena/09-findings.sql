-- What detectors saw in one text, or what two layers disagree on; where and how often, never what.
CREATE OR REPLACE VIEW findings AS
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'guard' AS layer,
  CASE WHEN r.kind = 'decision' THEN 'tool-input' WHEN r.event = 'UserPromptSubmit' THEN 'prompt' ELSE 'tool-result' END AS place,
  e.name AS detector_id,
  split_part(e.name, '/', 1) AS area,
  e.hits AS hits,
  CASE WHEN json_extract_scalar(r.body, '$.scan.did') = 'redacted' AND e.name LIKE 'injection/%' THEN 'recorded' ELSE json_extract_scalar(r.body, '$.scan.did') END AS fate,
  coalesce(CASE WHEN json_extract_scalar(r.body, '$.scan.did') = 'redacted' AND e.name LIKE 'injection/%' THEN 'recorded' ELSE json_extract_scalar(r.body, '$.scan.did') END IN ('refused', 'held-back', 'blocked', 'redacted', 'masked'), false) AS is_stopped,
  CAST(NULL AS varchar) AS severity,
  json_extract_scalar(r.body, '$.toolUseId') AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r CROSS JOIN UNNEST(TRY_CAST(json_extract(r.body, '$.scan.found') AS map(varchar, bigint))) AS e(name, hits)
WHERE r.kind IN ('decision', 'hook')
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'gateway' AS layer,
  'request' AS place,
  e.name AS detector_id,
  split_part(e.name, '/', 1) AS area,
  e.hits AS hits,
  'masked' AS fate,
  coalesce('masked' IN ('refused', 'held-back', 'blocked', 'redacted', 'masked'), false) AS is_stopped,
  CAST(NULL AS varchar) AS severity,
  CAST(NULL AS varchar) AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r CROSS JOIN UNNEST(TRY_CAST(json_extract(r.body, '$.content.masked') AS map(varchar, bigint))) AS e(name, hits)
WHERE r.kind = 'model' AND r.event IN ('request', 'refused')
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'gateway' AS layer,
  'request' AS place,
  e.name AS detector_id,
  split_part(e.name, '/', 1) AS area,
  e.hits AS hits,
  'redacted' AS fate,
  coalesce('redacted' IN ('refused', 'held-back', 'blocked', 'redacted', 'masked'), false) AS is_stopped,
  CAST(NULL AS varchar) AS severity,
  CAST(NULL AS varchar) AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r CROSS JOIN UNNEST(TRY_CAST(json_extract(r.body, '$.content.redacted') AS map(varchar, bigint))) AS e(name, hits)
WHERE r.kind = 'model' AND r.event IN ('request', 'refused') AND NOT (element_at(TRY_CAST(json_extract(r.body, '$.content.blocked') AS map(varchar, bigint)), e.name) IS NOT NULL)
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'gateway' AS layer,
  'request' AS place,
  e.name AS detector_id,
  split_part(e.name, '/', 1) AS area,
  e.hits AS hits,
  CASE WHEN r.event = 'refused' THEN 'blocked' ELSE 'redacted' END AS fate,
  coalesce(CASE WHEN r.event = 'refused' THEN 'blocked' ELSE 'redacted' END IN ('refused', 'held-back', 'blocked', 'redacted', 'masked'), false) AS is_stopped,
  CAST(NULL AS varchar) AS severity,
  CAST(NULL AS varchar) AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r CROSS JOIN UNNEST(TRY_CAST(json_extract(r.body, '$.content.blocked') AS map(varchar, bigint))) AS e(name, hits)
WHERE r.kind = 'model' AND r.event IN ('request', 'refused')
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'gateway' AS layer,
  'request' AS place,
  e.name AS detector_id,
  split_part(e.name, '/', 1) AS area,
  e.hits AS hits,
  'alerted' AS fate,
  coalesce('alerted' IN ('refused', 'held-back', 'blocked', 'redacted', 'masked'), false) AS is_stopped,
  CAST(NULL AS varchar) AS severity,
  CAST(NULL AS varchar) AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r CROSS JOIN UNNEST(TRY_CAST(json_extract(r.body, '$.content.alerts') AS map(varchar, bigint))) AS e(name, hits)
WHERE r.kind = 'model' AND r.event IN ('request', 'refused')
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'gateway' AS layer,
  'request' AS place,
  e.name AS detector_id,
  split_part(e.name, '/', 1) AS area,
  e.hits AS hits,
  'noticed' AS fate,
  coalesce('noticed' IN ('refused', 'held-back', 'blocked', 'redacted', 'masked'), false) AS is_stopped,
  CAST(NULL AS varchar) AS severity,
  CAST(NULL AS varchar) AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r CROSS JOIN UNNEST(TRY_CAST(json_extract(r.body, '$.content.injections') AS map(varchar, bigint))) AS e(name, hits)
WHERE r.kind = 'model' AND r.event IN ('request', 'refused')
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'gateway' AS layer,
  'reply' AS place,
  json_extract_scalar(e.entry, '$.detectorId') AS detector_id,
  split_part(json_extract_scalar(e.entry, '$.detectorId'), '/', 1) AS area,
  TRY_CAST(json_extract_scalar(e.entry, '$.count') AS bigint) AS hits,
  json_extract_scalar(e.entry, '$.fate') AS fate,
  coalesce(json_extract_scalar(e.entry, '$.fate') IN ('refused', 'held-back', 'blocked', 'redacted', 'masked'), false) AS is_stopped,
  CAST(NULL AS varchar) AS severity,
  CAST(NULL AS varchar) AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r CROSS JOIN UNNEST(TRY_CAST(json_extract(r.body, '$.findings') AS array(json))) AS e(entry)
WHERE r.kind = 'model' AND r.event = 'reply-finding'
UNION ALL
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  'reconcile' AS layer,
  'layers' AS place,
  r.event AS detector_id,
  'discrepancy' AS area,
  1 AS hits,
  'alerted' AS fate,
  false AS is_stopped,
  json_extract_scalar(r.body, '$.severity') AS severity,
  json_extract_scalar(r.body, '$.toolUseId') AS tool_use_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'finding'
