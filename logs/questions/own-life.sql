-- The guard's own life: starts, stops, rules, trouble with the log, and who read or deleted a part of it.
-- since: 30d
-- column time: when, UTC
-- column node: the node
-- column event: what happened
-- column user: who did it, when a person did
-- column subject: what it happened to
-- column message: in words
SELECT time, node, event, "user", subject, message
FROM admin
ORDER BY time DESC, node, seq DESC
LIMIT 100
