-- What leaves: what was found in prompts, by type, and whether it went out with them.
-- since: 7d
-- column entity: its type
-- column found: how many times
-- column whole: of these, in prompts that went out as they were
-- column redacted: in prompts that went out without what a rule hides
-- column stopped: in prompts that did not go out
-- column users: from how many people
-- column services: for how many services
SELECT e.type AS entity,
  sum(e.n)::BIGINT AS found,
  coalesce(sum(e.n) FILTER (went = 'whole'), 0)::BIGINT AS whole,
  coalesce(sum(e.n) FILTER (went = 'redacted'), 0)::BIGINT AS redacted,
  coalesce(sum(e.n) FILTER (went = 'no'), 0)::BIGINT AS stopped,
  count(DISTINCT "user") AS users,
  count(DISTINCT service) AS services
FROM (SELECT unnest(entities) AS e, went, "user", service FROM events)
GROUP BY entity
ORDER BY found DESC, entity
