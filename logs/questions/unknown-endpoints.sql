-- Unknown endpoints: parts of services that no rule file declares. There the guard sees only what proves itself.
-- since: 30d
-- column service: the service
-- column host: its host
-- column prompts: how many requests
-- column users: from how many people
-- column share: percent of the service's requests
-- column chars: characters sent
-- column last: last time, UTC
SELECT service,
  host,
  count(*) FILTER (endpoint = 'unknown') AS prompts,
  count(DISTINCT "user") FILTER (endpoint = 'unknown') AS users,
  round(100 * prompts / count(*), 1) AS share,
  coalesce(sum(chars) FILTER (endpoint = 'unknown'), 0)::BIGINT AS chars,
  max(time) FILTER (endpoint = 'unknown') AS last
FROM events
GROUP BY service, host
HAVING prompts > 0
ORDER BY prompts DESC, service, host
