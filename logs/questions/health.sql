-- Health: how long decisions took and how many failed, by hour.
-- since: 24h
-- chart: hour p95
-- column hour: its start, UTC
-- column node: the node
-- column prompts: how many
-- column p50: half were decided within, in milliseconds
-- column p95: 95 of 100
-- column p99: 99 of 100
-- column failures: prompts the guard could not decide
SELECT date_trunc('hour', time)::TIMESTAMP AS hour,
  node,
  count(*) AS prompts,
  round(quantile_cont(ms, 0.5)) AS p50,
  round(quantile_cont(ms, 0.95)) AS p95,
  round(quantile_cont(ms, 0.99)) AS p99,
  count(*) FILTER (decision = 'failure') AS failures
FROM events
GROUP BY hour, node
ORDER BY hour, node
