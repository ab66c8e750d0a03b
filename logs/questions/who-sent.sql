-- Who sent this value: every prompt with a fingerprint.
-- since: 90d
-- value: a fingerprint, as `shared-values` or `guard audit fingerprint` shows it
-- column time: when, UTC
-- column user: who
-- column service: where to
-- column decision: what was decided
-- column went: whether the prompt went out: whole, redacted or no
-- column id: the event
SELECT time, "user", service, decision, went, id
FROM events
WHERE list_contains(fingerprints, getvariable('value'))
ORDER BY time
LIMIT 200
