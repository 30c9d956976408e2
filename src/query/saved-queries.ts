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
      'Per day: texts that came to the agent and in which the guard saw instructions to it, and how many of them went no further; requests to the model in which the gateway saw such (mostly the same texts, so never add the two); sessions that such a text tainted; calls of tainted sessions that were denied or asked for that reason.',
    sql: `SELECT day, sum(texts_seen) AS texts_seen, sum(texts_stopped) AS texts_stopped, sum(requests) AS requests, sum(sessions_tainted) AS sessions_tainted, sum(calls_denied) AS calls_denied, sum(calls_asked) AS calls_asked
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
    // Everything is counted in one row first, so that the log is read twice and not once for each check.
    sql: `SELECT check_name,
  CASE nth WHEN 1 THEN read WHEN 2 THEN damaged_lines WHEN 3 THEN missing WHEN 4 THEN refused WHEN 5 THEN silent_seconds
    WHEN 6 THEN jumps WHEN 7 THEN checkpoint_count WHEN 8 THEN uncovered ELSE disagreements END AS amount,
  CASE nth WHEN 1 THEN read > 0 WHEN 2 THEN damaged_lines = 0 WHEN 3 THEN missing = 0 WHEN 4 THEN refused = 0 WHEN 5 THEN silences = 0
    WHEN 6 THEN jumps = 0 WHEN 7 THEN checkpoint_count > 0 WHEN 8 THEN uncovered = 0 ELSE disagreements = 0 END AS is_fine
FROM (
  SELECT CAST(count(*) AS double) AS read, CAST(coalesce(max(id) - min(id) + 1 - count(*), 0) AS double) AS missing,
    CAST(count(CASE WHEN id >= covered THEN 1 END) AS double) AS uncovered, CAST(count(CASE WHEN kind = 'finding' THEN 1 END) AS double) AS disagreements
  FROM records CROSS JOIN (SELECT coalesce(max(size), 0) AS covered FROM checkpoints) newest
) of_records CROSS JOIN (
  SELECT CAST(coalesce(sum(CASE WHEN event = 'write-failed' THEN refused END), 0) AS double) AS refused, count(CASE WHEN event = 'gap' THEN 1 END) AS silences,
    CAST(coalesce(sum(CASE WHEN event = 'gap' THEN seconds END), 0) AS double) AS silent_seconds, CAST(count(CASE WHEN event = 'clock-jump' THEN 1 END) AS double) AS jumps
  FROM log_events
) of_the_log CROSS JOIN (SELECT CAST(count(*) AS double) AS damaged_lines FROM damaged) of_damage CROSS JOIN (SELECT CAST(count(*) AS double) AS checkpoint_count FROM checkpoints) of_checkpoints CROSS JOIN (
  VALUES (1, 'records read'), (2, 'damaged lines'), (3, 'missing records'), (4, 'records refused by a failing disk'), (5, 'seconds without a writer'), (6, 'jumps of the clock'), (7, 'checkpoints'), (8, 'records behind the newest checkpoint'), (9, 'disagreements of layers')
) checks (nth, check_name)
ORDER BY nth`,
  },
];

/** The saved query of that name; null where there is none. */
export function savedQuery(name: string): SavedQuery | null {
  return SAVED_QUERIES.find((one) => one.name === name) ?? null;
}
