-- New behaviour: who used a service for the first time.
-- since: 24h
-- column user: who
-- column group: the first of their groups
-- column service: the service
-- column first: first time in the log, UTC
-- column prompts: prompts since
SELECT "user", any_value(groups[1]) AS "group", service, min(time) AS first, count(*) AS prompts
FROM history
WHERE time < getvariable('until')
GROUP BY "user", service
HAVING first >= getvariable('since')
ORDER BY first DESC, "user", service
LIMIT 50
