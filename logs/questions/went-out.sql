-- What went out as it was, though confidential or secret.
-- since: 7d
-- column time: when, UTC
-- column user: who
-- column service: where to
-- column decision: what was decided
-- column classification: how confidential the prompt is
-- column types: what was found
-- column id: the event
SELECT time, "user", service, decision, classification, list_sort(types) AS types, id
FROM events
WHERE went = 'whole' AND classification IN ('confidential', 'secret')
ORDER BY classification DESC, time DESC
LIMIT 50
