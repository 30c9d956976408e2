-- One row for each check: how much of it, and whether that is as it should be. Signatures, hashes and witnesses are for `audit verify`, which this does not stand in for.
SELECT check_name,
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
ORDER BY nth
