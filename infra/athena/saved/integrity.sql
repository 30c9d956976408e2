-- One row for each check: how much of it, and whether that is as it should be. Signatures, hashes and witnesses are for `audit verify`, which this does not stand in for.
SELECT check_name, amount, is_fine FROM (
  SELECT 1 AS nth, 'records read' AS check_name, CAST(count(*) AS double) AS amount, count(*) > 0 AS is_fine FROM records
  UNION ALL SELECT 2, 'damaged lines', CAST(count(*) AS double), count(*) = 0 FROM damaged
  UNION ALL SELECT 3, 'missing records', CAST(coalesce(sum(records), 0) AS double), count(*) = 0 FROM gaps WHERE kind = 'missing'
  UNION ALL SELECT 4, 'records refused by a failing disk', CAST(coalesce(sum(records), 0) AS double), count(*) = 0 FROM gaps WHERE kind = 'refused'
  UNION ALL SELECT 5, 'seconds without a writer', coalesce(sum(seconds), 0e0), count(*) = 0 FROM gaps WHERE kind = 'time'
  UNION ALL SELECT 6, 'jumps of the clock', CAST(count(*) AS double), count(*) = 0 FROM gaps WHERE kind = 'clock'
  UNION ALL SELECT 7, 'checkpoints', CAST(count(*) AS double), count(*) > 0 FROM checkpoints
  UNION ALL SELECT 8, 'records behind the newest checkpoint', CAST(count(*) AS double), count(*) = 0 FROM records WHERE id >= (SELECT coalesce(max(size), 0) FROM checkpoints)
  UNION ALL SELECT 9, 'disagreements of layers', CAST(count(*) AS double), count(*) = 0 FROM findings WHERE area = 'discrepancy'
) each_check ORDER BY nth
