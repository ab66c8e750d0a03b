-- The same value from several people: sent by three or more.
-- since: 7d
-- column fingerprint: its keyed fingerprint
-- column entity: its type
-- column users: how many people
-- column services: how many services
-- column first: first time, UTC
-- column last: last time, UTC
SELECT fingerprint,
  any_value(e.type) AS entity,
  count(DISTINCT "user") AS users,
  count(DISTINCT service) AS services,
  min(time) AS first,
  max(time) AS last
FROM (
  SELECT unnest(e.fingerprints) AS fingerprint, e, "user", service, time
  FROM (SELECT unnest(entities) AS e, "user", service, time FROM events)
)
GROUP BY fingerprint
HAVING users >= 3
ORDER BY users DESC, fingerprint
LIMIT 20
