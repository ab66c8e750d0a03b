-- What could not be read: why, where, and whether it went out.
-- since: 30d
-- column cause: why a part could not be read
-- column service: the service
-- column prompts: how many
-- column went: of these, went out
-- column users: from how many people
SELECT cause, service, count(*) AS prompts, count(*) FILTER (out <> 'no') AS went, count(DISTINCT "user") AS users
FROM (SELECT unnest(uninspectable) AS cause, service, events.went AS out, "user" FROM events)
GROUP BY cause, service
ORDER BY prompts DESC, cause, service
