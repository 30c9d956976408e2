-- Per day: texts in which instructions to the agent were seen, how many of them went no further, and what sessions that had read such a text then tried and were kept from.
SELECT day, sum(seen) AS seen, sum(stopped) AS stopped, sum(calls_denied) AS calls_denied, sum(calls_asked) AS calls_asked
FROM (
  SELECT concat(year, '-', month, '-', day) AS day, 1 AS seen, CASE WHEN is_stopped THEN 1 ELSE 0 END AS stopped, 0 AS calls_denied, 0 AS calls_asked
  FROM findings WHERE area = 'injection'
  UNION ALL
  SELECT concat(year, '-', month, '-', day), 0, 0, CASE WHEN verdict = 'deny' THEN 1 ELSE 0 END, CASE WHEN verdict = 'ask' THEN 1 ELSE 0 END
  FROM decisions WHERE subject = 'call' AND event <> 'PermissionRequest' AND rule_id LIKE 'taint/%'
) each_one
GROUP BY day ORDER BY day
