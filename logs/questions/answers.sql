-- What readers may not see: answers from which something was taken out, and answers that were withheld.
-- since: 7d
-- column user: who asked
-- column service: the service that answered
-- column decision: the verdict, or `failure`
-- column rule: the rule that decided
-- column answers: how many decisions
-- column latest: the last one, UTC
-- column id: its event
SELECT "user", service, decision, rule, count(*) AS answers, max(time) AS latest, arg_max(id, time) AS id
FROM answers
WHERE decision <> 'allow'
GROUP BY "user", service, decision, rule
ORDER BY answers DESC, "user", service, decision, rule
LIMIT 50
