-- Missing lines: numbers of a node's log that are not there. `guard audit verify` says more.
-- since: 7d
-- column node: the node
-- column after: the last line before the gap
-- column missing: how many lines are missing
-- column from: its time, UTC
-- column to: the time of the next line, UTC
SELECT node, before AS after, seq - before - 1 AS missing, then_ AS from, time AS to
FROM (SELECT node, seq, time, lag(seq) OVER each AS before, lag(time) OVER each AS then_ FROM lines
  WINDOW each AS (PARTITION BY node ORDER BY seq))
WHERE seq - before > 1
ORDER BY node, after
LIMIT 50
