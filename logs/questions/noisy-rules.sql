-- Which rules are noisy: how often each decided, for how many people, and how sure the findings were.
-- since: 30d
-- column rule: the policy rule
-- column applied: false when it is only watched
-- column prompts: how many it decided
-- column users: from how many people
-- column score: how sure the findings were on average, 0 to 1
-- column proven: percent of the prompts with a finding that proves itself
SELECT rule,
  applied,
  count(*) AS prompts,
  count(DISTINCT "user") AS users,
  round(avg(list_avg(entities.apply(lambda e: e.score))), 2) AS score,
  round(100 * avg(CASE WHEN list_bool_or(entities.apply(lambda e: e.proven)) THEN 1 ELSE 0 END)) AS proven
FROM events
WHERE rule IS NOT NULL
GROUP BY rule, applied
ORDER BY prompts DESC, rule
LIMIT 50
