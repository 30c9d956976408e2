-- A request to the model service with its answer, or a request that the gateway refused.
CREATE OR REPLACE VIEW model_calls AS
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  CASE WHEN r.event = 'refused' THEN 'refused' WHEN p.ended IS NULL THEN 'no answer seen' ELSE p.ended END AS outcome,
  json_extract_scalar(r.body, '$.why') AS why,
  json_extract_scalar(r.body, '$.clientSessionId') AS client_session,
  json_extract_scalar(r.body, '$.agentId') AS agent_id,
  json_extract_scalar(r.body, '$.model') AS model,
  json_extract_scalar(r.body, '$.path') AS path,
  (json_extract_scalar(r.body, '$.stream') = 'true') AS is_stream,
  TRY_CAST(json_extract_scalar(r.body, '$.bytes') AS bigint) AS request_bytes,
  TRY_CAST(json_extract_scalar(r.body, '$.forwardedBytes') AS bigint) AS forwarded_bytes,
  TRY_CAST(json_extract_scalar(r.body, '$.content.texts.new') AS bigint) AS new_texts,
  p.status AS http_status,
  p.stop_reason AS stop_reason,
  p.duration_ms AS duration_ms,
  p.bytes AS reply_bytes,
  p.input_tokens AS input_tokens,
  p.output_tokens AS output_tokens,
  p.cache_read_tokens AS cache_read_tokens,
  p.cache_creation_tokens AS cache_creation_tokens,
  p.message_id AS message_id,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r LEFT JOIN (SELECT
    TRY_CAST(json_extract_scalar(r.body, '$.requestIndex') AS bigint) AS request_id, json_extract_scalar(r.body, '$.ended') AS ended, TRY_CAST(json_extract_scalar(r.body, '$.status') AS bigint) AS status,
    json_extract_scalar(r.body, '$.stopReason') AS stop_reason, TRY_CAST(json_extract_scalar(r.body, '$.durationMs') AS double) AS duration_ms, TRY_CAST(json_extract_scalar(r.body, '$.bytes') AS bigint) AS bytes,
    TRY_CAST(json_extract_scalar(r.body, '$.usage.input_tokens') AS bigint) AS input_tokens, TRY_CAST(json_extract_scalar(r.body, '$.usage.output_tokens') AS bigint) AS output_tokens,
    TRY_CAST(json_extract_scalar(r.body, '$.usage.cache_read_input_tokens') AS bigint) AS cache_read_tokens,
    TRY_CAST(json_extract_scalar(r.body, '$.usage.cache_creation_input_tokens') AS bigint) AS cache_creation_tokens, json_extract_scalar(r.body, '$.messageId') AS message_id
  FROM records r WHERE r.kind = 'model' AND r.event = 'response') p ON p.request_id = r.id
WHERE r.kind = 'model' AND r.event IN ('request', 'refused')
