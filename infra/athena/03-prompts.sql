-- A prompt that a person sent: its digest and length, never its text.
CREATE OR REPLACE VIEW prompts AS
SELECT
  r.id AS id,
  r.time AS time,
  r.session AS session,
  json_extract_scalar(r.body, '$.clientSessionId') AS client_session,
  json_extract_scalar(r.body, '$.promptId') AS prompt_id,
  json_extract_scalar(r.body, '$.verdict') AS verdict,
  json_extract_scalar(r.body, '$.ruleId') AS rule_id,
  TRY_CAST(json_extract_scalar(r.body, '$.promptLength') AS bigint) AS length,
  json_extract_scalar(r.body, '$.promptSha256') AS sha256,
  TRY_CAST(json_extract_scalar(r.body, '$.scan.findings') AS bigint) AS findings,
  json_extract_scalar(r.body, '$.scan.did') AS scan_did,
  json_extract_scalar(r.body, '$.cwd') AS cwd,
  r.year AS year,
  r.month AS month,
  r.day AS day
FROM records r
WHERE r.kind = 'hook' AND r.event = 'UserPromptSubmit'
