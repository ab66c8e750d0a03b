-- Which services are used, by how many people, and since when.
-- since: 30d
-- column service: the service
-- column provider: the company behind it
-- column channel: web, api or agent
-- column prompts: how many
-- column users: from how many people
-- column chars: characters that went out
-- column first: first time in the log, UTC
WITH begun AS (SELECT service, min(time) AS first FROM history GROUP BY service)
SELECT service,
  any_value(provider) AS provider,
  channel,
  count(*) AS prompts,
  count(DISTINCT "user") AS users,
  coalesce(sum(chars) FILTER (went <> 'no'), 0)::BIGINT AS chars,
  any_value(first) AS first
FROM events JOIN begun USING (service)
GROUP BY service, channel
ORDER BY users DESC, prompts DESC, service, channel
