-- What waits for a person: prompts held or to be justified that nobody answered, and who can say yes.
-- since: 7d
-- column time: when, UTC
-- column user: who
-- column service: where to
-- column decision: hold or justify
-- column rule: the rule that asks
-- column approvers: who can say yes
-- column id: the event
SELECT time, "user", service, decision, rule, approvers, id
FROM events
WHERE decision IN ('hold', 'justify') AND id NOT IN (SELECT finding FROM lines WHERE ruling IS NOT NULL)
ORDER BY time DESC
LIMIT 50
