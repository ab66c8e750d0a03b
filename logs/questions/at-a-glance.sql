-- At a glance: what was decided, by service.
-- since: 24h
-- column service: the service
-- column decision: the verdict, or `failure`
-- column prompts: how many
-- column users: from how many people
SELECT service, decision, count(*) AS prompts, count(DISTINCT "user") AS users
FROM events
GROUP BY service, decision
ORDER BY prompts DESC, service, decision
