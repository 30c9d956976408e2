-- Per day: texts that came to the agent and in which the guard saw instructions to it, and how many of them went no further; requests to the model in which the gateway saw such (mostly the same texts, so never add the two); sessions that such a text tainted; calls of tainted sessions that were denied or asked for that reason.
SELECT day, sum(texts_seen) AS texts_seen, sum(texts_stopped) AS texts_stopped, sum(requests) AS requests, sum(sessions_tainted) AS sessions_tainted, sum(calls_denied) AS calls_denied, sum(calls_asked) AS calls_asked
FROM (
  SELECT concat(year, '-', month, '-', day) AS day, 1 AS texts_seen, max(CASE WHEN is_stopped THEN 1 ELSE 0 END) AS texts_stopped, 0 AS requests, 0 AS sessions_tainted, 0 AS calls_denied, 0 AS calls_asked
  FROM findings WHERE area = 'injection' AND layer = 'guard' AND place <> 'tool-input' GROUP BY id, year, month, day
  UNION ALL
  SELECT concat(year, '-', month, '-', day), 0, 0, count(DISTINCT id), 0, 0, 0
  FROM findings WHERE area = 'injection' AND layer = 'gateway' AND fate = 'noticed' GROUP BY year, month, day
  UNION ALL
  SELECT concat(year, '-', month, '-', day), 0, 0, 0, count(DISTINCT session), 0, 0
  FROM records WHERE kind = 'session' AND event = 'tainted' AND body LIKE '%"detectorId":"injection/%' GROUP BY year, month, day
  UNION ALL
  SELECT concat(year, '-', month, '-', day), 0, 0, 0, 0, CASE WHEN verdict = 'deny' THEN 1 ELSE 0 END, CASE WHEN verdict = 'ask' THEN 1 ELSE 0 END
  FROM decisions WHERE subject = 'call' AND event <> 'PermissionRequest' AND rule_id LIKE 'taint/%'
) each_one
GROUP BY day ORDER BY day
