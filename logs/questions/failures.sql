-- Failures: when the guard could not decide, and why.
-- since: 7d
-- column hour: its start, UTC
-- column node: the node
-- column failure: why
-- column prompts: how many were refused for it
-- column users: from how many people
SELECT date_trunc('hour', time)::TIMESTAMP AS hour, node, failure, count(*) AS prompts, count(DISTINCT "user") AS users
FROM events
WHERE failure IS NOT NULL
GROUP BY hour, node, failure
ORDER BY hour DESC, prompts DESC, node, failure
LIMIT 50
