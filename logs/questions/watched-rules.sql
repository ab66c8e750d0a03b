-- What rules that are only watched would have done.
-- since: 30d
-- column rule: the policy rule
-- column action: the verdict it asked for
-- column prompts: how many it matched
-- column users: from how many people
-- column changed: of these, decided more mildly today
SELECT r.id AS rule,
  r.action AS action,
  count(*) AS prompts,
  count(DISTINCT "user") AS users,
  count(*) FILTER (
    list_position(['allow', 'log', 'coach', 'redact', 'justify', 'hold', 'block', 'failure'], decision)
    < list_position(['allow', 'log', 'coach', 'redact', 'justify', 'hold', 'block', 'failure'], r.action)
  ) AS changed
FROM (SELECT unnest(rules) AS r, "user", decision FROM events)
WHERE NOT r.enforced
GROUP BY rule, action
ORDER BY prompts DESC, rule
