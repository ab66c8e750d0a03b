-- Insistence: three blocks of one person within an hour.
-- since: 7d
-- column user: who
-- column blocks: the most blocks within one hour
-- column first: the first time it came to three, UTC
-- column services: services they tried
SELECT "user", max(blocks) AS blocks, min(time) AS first, list_sort(list_distinct(flatten(list(services)))) AS services
FROM (
  SELECT "user", time,
    count(*) OVER hour AS blocks,
    list(service) OVER hour AS services
  FROM events
  WHERE decision = 'block'
  WINDOW hour AS (PARTITION BY "user" ORDER BY time RANGE BETWEEN INTERVAL 1 HOUR PRECEDING AND CURRENT ROW)
)
WHERE blocks >= 3
GROUP BY "user"
ORDER BY blocks DESC, "user"
LIMIT 50
