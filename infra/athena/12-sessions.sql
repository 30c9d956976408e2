-- A governed session: when, who, where, and how much of what.
CREATE OR REPLACE VIEW sessions AS
SELECT
  r.session AS session,
  min(r.time) AS first_seen,
  max(r.time) AS last_seen,
  min(r.id) AS first_id,
  count(*) AS records,
  max(CASE WHEN r.kind = 'session' AND r.event = 'opened' THEN json_extract_scalar(r.body, '$.workspace') END) AS workspace,
  max(CASE WHEN r.kind = 'session' AND r.event = 'opened' THEN json_extract_scalar(r.body, '$.provider') END) AS provider,
  max(CASE WHEN r.kind = 'session' AND r.event = 'opened' THEN json_extract_scalar(r.body, '$.about.user') END) AS user_name,
  count(*) FILTER (WHERE r.kind = 'session' AND r.event = 'ended') > 0 AS is_ended,
  max(CASE WHEN r.kind = 'session' AND r.event = 'ended' THEN json_extract_scalar(r.body, '$.reason') END) AS end_reason,
  count(*) FILTER (WHERE r.kind = 'hook' AND r.event = 'SessionStart') AS client_starts,
  count(*) FILTER (WHERE r.kind IN ('hook', 'decision')) AS hook_events,
  count(*) FILTER (WHERE r.kind = 'hook' AND r.event = 'UserPromptSubmit') AS prompts,
  count(*) FILTER (WHERE r.kind = 'decision' AND r.event = 'PreToolUse' AND coalesce(json_extract_scalar(r.body, '$.toolUseId') NOT LIKE 'toolu_sallyport_%', true)) AS calls,
  count(*) FILTER (WHERE r.kind = 'decision' AND r.event = 'PreToolUse' AND coalesce(json_extract_scalar(r.body, '$.toolUseId') NOT LIKE 'toolu_sallyport_%', true) AND json_extract_scalar(r.body, '$.verdict') = 'deny') AS calls_denied,
  count(*) FILTER (WHERE r.kind = 'decision' AND r.event = 'PreToolUse' AND coalesce(json_extract_scalar(r.body, '$.toolUseId') NOT LIKE 'toolu_sallyport_%', true) AND json_extract_scalar(r.body, '$.verdict') = 'ask') AS calls_asked,
  count(*) FILTER (WHERE r.kind = 'model' AND r.event = 'call-refused') AS calls_refused,
  count(*) FILTER (WHERE r.kind = 'model' AND r.event = 'request') AS requests,
  count(*) FILTER (WHERE r.kind = 'model' AND r.event = 'refused') AS requests_refused,
  count(*) FILTER (WHERE r.kind = 'session' AND r.event = 'tainted') AS taints,
  max(CASE WHEN r.kind = 'session' AND r.event = 'tainted' THEN json_extract_scalar(r.body, '$.source') END) AS taint_source,
  count(*) FILTER (WHERE r.kind = 'model' AND r.event = 'canary-issued') AS canaries,
  count(*) FILTER (WHERE r.kind = 'model' AND r.event = 'canary-unanswered') AS canaries_unanswered,
  count(*) FILTER (WHERE r.kind = 'model' AND r.event = 'undecided-result') AS undecided_results,
  count(*) FILTER (WHERE r.kind = 'finding') AS discrepancies,
  count(*) FILTER (WHERE r.kind = 'admin' AND r.event = 'content-opened') AS openings
FROM records r
WHERE r.session IS NOT NULL
GROUP BY r.session
