-- Per layer, host and rule: how often something was kept from the network.
SELECT layer, host, rule_id, count(*) AS blocks, count(DISTINCT session) AS sessions, min(time) AS first_time, max(time) AS last_time
FROM egress WHERE verdict = 'deny'
GROUP BY layer, host, rule_id
ORDER BY blocks DESC, layer, rule_id, host
