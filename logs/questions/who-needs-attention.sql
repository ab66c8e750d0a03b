-- Who needs attention: the people most often stopped.
-- since: 7d
-- column user: who
-- column group: the first of their groups
-- column blocked: prompts blocked
-- column redacted: prompts that went out without what a rule hides
-- column waiting: prompts that wait for a person
-- column coached: times they were advised, and the prompt went out
-- column services: how many services these were for
SELECT "user",
  any_value(groups[1]) AS "group",
  count(*) FILTER (decision = 'block') AS blocked,
  count(*) FILTER (decision = 'redact') AS redacted,
  count(*) FILTER (decision IN ('hold', 'justify')) AS waiting,
  count(*) FILTER (decision = 'coach') AS coached,
  count(DISTINCT service) AS services
FROM events
WHERE decision IN ('block', 'redact', 'hold', 'justify', 'coach')
GROUP BY "user"
ORDER BY blocked DESC, waiting DESC, redacted DESC, "user"
LIMIT 20
