-- What people use AI for.
-- since: 30d
-- column use: the use
-- column prompts: how many
-- column users: from how many people
-- column stopped: of these, did not go out
-- column score: how sure the guard was on average, 0 to 1
SELECT u.id AS use, count(*) AS prompts, count(DISTINCT "user") AS users, count(*) FILTER (went = 'no') AS stopped,
  round(avg(u.score), 2) AS score
FROM (SELECT unnest(uses) AS u, "user", went FROM events)
GROUP BY use
ORDER BY prompts DESC, use
