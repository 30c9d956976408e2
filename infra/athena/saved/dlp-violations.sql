-- Per detector, place and fate: in how many texts or requests a credential, data about people or words of the company were seen, and in how many sessions.
SELECT area, detector_id, layer, place, fate, is_stopped, count(*) AS texts, sum(hits) AS hits, count(DISTINCT session) AS sessions
FROM findings WHERE area IN ('secret', 'pii', 'company')
GROUP BY area, detector_id, layer, place, fate, is_stopped
ORDER BY texts DESC, detector_id, layer, place, fate
