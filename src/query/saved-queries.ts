/** A question that is asked again and again, in words that both databases know. */
export interface SavedQuery {
  readonly name: string;
  /** What a row is and what counts, in one or two sentences. */
  readonly about: string;
  readonly sql: string;
}

/** What the security team watches. Each is one SELECT over the views, without parameters. */
export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    name: 'injection-attempts',
    about:
      'Per day: texts in which instructions to the agent were seen, how many of them went no further, and what sessions that had read such a text then tried and were kept from.',
    sql: `SELECT day, sum(seen) AS seen, sum(stopped) AS stopped, sum(calls_denied) AS calls_denied, sum(calls_asked) AS calls_asked
FROM (
  SELECT concat(year, '-', month, '-', day) AS day, 1 AS seen, CASE WHEN is_stopped THEN 1 ELSE 0 END AS stopped, 0 AS calls_denied, 0 AS calls_asked
  FROM findings WHERE area = 'injection'
  UNION ALL
  SELECT concat(year, '-', month, '-', day), 0, 0, CASE WHEN verdict = 'deny' THEN 1 ELSE 0 END, CASE WHEN verdict = 'ask' THEN 1 ELSE 0 END
  FROM decisions WHERE subject = 'call' AND event <> 'PermissionRequest' AND rule_id LIKE 'taint/%'
) each_one
GROUP BY day ORDER BY day`,
  },
  {
    name: 'dlp-violations',
    about:
      'Per detector, place and fate: in how many texts or requests a credential, data about people or words of the company were seen, and in how many sessions.',
    sql: `SELECT area, detector_id, layer, place, fate, is_stopped, count(*) AS texts, sum(hits) AS hits, count(DISTINCT session) AS sessions
FROM findings WHERE area IN ('secret', 'pii', 'company')
GROUP BY area, detector_id, layer, place, fate, is_stopped
ORDER BY texts DESC, detector_id, layer, place, fate`,
  },
  {
    name: 'egress-blocks',
    about: 'Per layer, host and rule: how often something was kept from the network.',
    sql: `SELECT layer, host, rule_id, count(*) AS blocks, count(DISTINCT session) AS sessions, min(time) AS first_time, max(time) AS last_time
FROM egress WHERE verdict = 'deny'
GROUP BY layer, host, rule_id
ORDER BY blocks DESC, layer, rule_id, host`,
  },
  {
    name: 'session-anomalies',
    about:
      'Sessions of which something is odd: hooks that gave no answer, calls that nobody decided, model traffic without hooks, disagreeing layers, what it read, refusals, content that was opened.',
    sql: `SELECT session, first_seen, user_name, workspace, anomalies FROM (
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
ORDER BY first_seen`,
  },
  {
    name: 'integrity',
    about:
      'One row for each check: how much of it, and whether that is as it should be. Signatures, hashes and witnesses are for `audit verify`, which this does not stand in for.',
    sql: `SELECT check_name, amount, is_fine FROM (
  SELECT 1 AS nth, 'records read' AS check_name, CAST(count(*) AS double) AS amount, count(*) > 0 AS is_fine FROM records
  UNION ALL SELECT 2, 'damaged lines', CAST(count(*) AS double), count(*) = 0 FROM damaged
  UNION ALL SELECT 3, 'missing records', CAST(coalesce(sum(records), 0) AS double), count(*) = 0 FROM gaps WHERE kind = 'missing'
  UNION ALL SELECT 4, 'records refused by a failing disk', CAST(coalesce(sum(records), 0) AS double), count(*) = 0 FROM gaps WHERE kind = 'refused'
  UNION ALL SELECT 5, 'seconds without a writer', coalesce(sum(seconds), 0e0), count(*) = 0 FROM gaps WHERE kind = 'time'
  UNION ALL SELECT 6, 'jumps of the clock', CAST(count(*) AS double), count(*) = 0 FROM gaps WHERE kind = 'clock'
  UNION ALL SELECT 7, 'checkpoints', CAST(count(*) AS double), count(*) > 0 FROM checkpoints
  UNION ALL SELECT 8, 'records behind the newest checkpoint', CAST(count(*) AS double), count(*) = 0 FROM records WHERE id >= (SELECT coalesce(max(size), 0) FROM checkpoints)
  UNION ALL SELECT 9, 'disagreements of layers', CAST(count(*) AS double), count(*) = 0 FROM findings WHERE area = 'discrepancy'
) each_check ORDER BY nth`,
  },
];

/** The saved query of that name; null where there is none. */
export function savedQuery(name: string): SavedQuery | null {
  return SAVED_QUERIES.find((one) => one.name === name) ?? null;
}
