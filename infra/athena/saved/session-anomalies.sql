-- Sessions of which something is odd: hooks that gave no answer, calls that nobody decided, model traffic without hooks, disagreeing layers, what it read, refusals, content that was opened.
SELECT session, first_seen, user_name, workspace, anomalies FROM (
  SELECT session, first_seen, user_name, workspace, concat_ws('; ',
    CASE WHEN discrepancies > 0 THEN concat('disagreements of layers: ', CAST(discrepancies AS varchar)) END,
    CASE WHEN undecided_results > 0 THEN concat('calls that ran undecided: ', CAST(undecided_results AS varchar)) END,
    CASE WHEN canaries_unanswered > 0 THEN concat('unanswered liveness checks: ', CAST(canaries_unanswered AS varchar)) END,
    CASE WHEN requests > 0 AND hook_events = 0 THEN 'model traffic without any hook' END,
    CASE WHEN taints > 0 THEN concat('tainted by ', coalesce(taint_source, 'a text')) END,
    CASE WHEN requests_refused > 0 THEN concat('refused requests: ', CAST(requests_refused AS varchar)) END,
    CASE WHEN calls_denied >= 10 AND calls_denied * 2 > calls THEN concat('denied calls: ', CAST(calls_denied AS varchar), ' of ', CAST(calls AS varchar)) END,
    CASE WHEN openings > 0 THEN concat('openings of its content: ', CAST(openings AS varchar)) END
  ) AS anomalies
  FROM sessions
) each_session
WHERE anomalies <> ''
ORDER BY first_seen
