-- Around an event: what the same person did half an hour before and after.
-- since: 90d
-- value: the id of an event
-- column time: when, UTC
-- column decision: what was decided
-- column service: where to
-- column endpoint: what of it
-- column uses: what the prompt was for
-- column types: what was found
-- column rule: the rule that decided
-- column chars: characters of the prompt
WITH it AS (SELECT "user", time FROM events WHERE id = getvariable('value'))
SELECT e.time, e.decision, e.service, e.endpoint, e.uses.apply(lambda u: u.id) AS uses, list_sort(e.types) AS types,
  e.rule, e.chars
FROM events e JOIN it ON e."user" = it."user"
WHERE e.time BETWEEN it.time - INTERVAL 30 MINUTE AND it.time + INTERVAL 30 MINUTE
ORDER BY e.time
LIMIT 200
