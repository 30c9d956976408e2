-- A signed statement about the log, not verified here.
CREATE OR REPLACE VIEW checkpoints AS
SELECT
  concat('checkpoints/', regexp_extract("$path", '[^/]+$')) AS file,
  max(TRY_CAST(regexp_extract("$path", '[0-9]{20}$') AS bigint)) AS size,
  max(CASE WHEN regexp_like(c.line, '^[A-Za-z0-9+/]{43}=$') THEN c.line END) AS root
FROM checkpoint_lines c
GROUP BY "$path"
