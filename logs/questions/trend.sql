-- Trend: prompts by day, and what became of them.
-- since: 14d
-- chart: day stopped
-- column day: the day, UTC
-- column prompts: how many
-- column redacted: went out without what a rule hides
-- column stopped: did not go out
-- column users: people
SELECT time::DATE AS day,
  count(*) AS prompts,
  count(*) FILTER (went = 'redacted') AS redacted,
  count(*) FILTER (went = 'no') AS stopped,
  count(DISTINCT "user") AS users
FROM events
GROUP BY day
ORDER BY day
