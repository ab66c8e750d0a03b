-- Unusual volume: who sent, on the last day, three standard deviations more than on the days before.
-- since: 14d
-- column user: who
-- column chars: characters sent on the last day
-- column usual: characters on a usual day
-- column times: how many times as much
WITH daily AS (SELECT "user", time::DATE AS day, sum(chars)::BIGINT AS chars FROM events GROUP BY "user", day),
last AS (SELECT max(day) AS day FROM daily),
habit AS (
  SELECT "user", avg(chars) AS mean, stddev(chars) AS deviation
  FROM daily, last
  WHERE daily.day < last.day
  GROUP BY "user"
  HAVING count(*) >= 5
)
SELECT "user", chars, round(mean)::BIGINT AS usual, round(chars / mean, 1) AS times
FROM daily JOIN last USING (day) JOIN habit USING ("user")
WHERE chars > mean + 3 * deviation
ORDER BY times DESC, "user"
LIMIT 20
