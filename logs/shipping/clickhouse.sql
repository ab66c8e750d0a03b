-- run here: ClickHouse 26.9 (chdb 4.4): the tables, a load, the same lines loaded twice; not run: a server.
-- A table for the audit log: the names of `guard logs`, the whole line beside them, twelve months, doubles removed by id.
-- Ask with FINAL (`FROM prompt_guard.events FINAL`): until parts are merged a line that came twice counts twice.
-- Load:  clickhouse-client --query "INSERT INTO prompt_guard.lines FORMAT LineAsString" < audit-guard-1-2026-07-23.jsonl
CREATE DATABASE IF NOT EXISTS prompt_guard;

CREATE TABLE IF NOT EXISTS prompt_guard.events
(
    time DateTime64(3, 'UTC'),
    id UUID,
    event LowCardinality(String),
    node LowCardinality(String),
    seq UInt64,
    severity UInt8,
    alert Bool,
    user String,
    groups Array(LowCardinality(String)),
    ip String,
    service LowCardinality(String),
    endpoint LowCardinality(String),
    model LowCardinality(String),
    lang LowCardinality(String),
    decision LowCardinality(String),
    failure LowCardinality(String),
    classification LowCardinality(String),
    rule LowCardinality(String),
    types Array(LowCardinality(String)),
    fingerprints Array(String),
    uninspectable Array(LowCardinality(String)),
    chars UInt32,
    ms Float32,
    evidence String,
    raw String CODEC(ZSTD(3)),
    INDEX by_fingerprint fingerprints TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_user user TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (toStartOfHour(time), id)
TTL toDateTime(time) + INTERVAL 12 MONTH;

CREATE TABLE IF NOT EXISTS prompt_guard.lines (line String) ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS prompt_guard.reading TO prompt_guard.events AS
SELECT
    fromUnixTimestamp64Milli(JSONExtractInt(line, 'time'), 'UTC') AS time,
    toUUID(JSONExtractString(line, 'metadata', 'uid')) AS id,
    JSONExtractString(line, 'metadata', 'event_code') AS event,
    JSONExtractString(line, 'metadata', 'product', 'uid') AS node,
    JSONExtractUInt(line, 'metadata', 'sequence') AS seq,
    JSONExtractUInt(line, 'severity_id') AS severity,
    JSONExtractBool(line, 'is_alert') AS alert,
    JSONExtractString(line, 'actor', 'user', 'name') AS user,
    arrayMap(g -> JSONExtractString(g, 'name'), JSONExtractArrayRaw(line, 'actor', 'user', 'groups')) AS groups,
    JSONExtractString(line, 'src_endpoint', 'ip') AS ip,
    JSONExtractString(line, 'unmapped', 'guard', 'service') AS service,
    JSONExtractString(line, 'unmapped', 'guard', 'endpoint') AS endpoint,
    JSONExtractString(line, 'unmapped', 'guard', 'ai_model') AS model,
    JSONExtractString(line, 'unmapped', 'guard', 'lang') AS lang,
    if(failure != '', 'failure', JSONExtractString(line, 'unmapped', 'guard', 'decision')) AS decision,
    JSONExtractString(line, 'unmapped', 'guard', 'failure') AS failure,
    JSONExtractString(line, 'unmapped', 'guard', 'classification') AS classification,
    JSONExtractString(line, 'policy', 'uid') AS rule,
    arrayMap(e -> JSONExtractString(e, 'type'), JSONExtractArrayRaw(line, 'unmapped', 'guard', 'entities')) AS types,
    arrayFlatten(arrayMap(e -> JSONExtract(e, 'fingerprints', 'Array(String)'),
        JSONExtractArrayRaw(line, 'unmapped', 'guard', 'entities'))) AS fingerprints,
    JSONExtract(line, 'unmapped', 'guard', 'uninspectable', 'Array(String)') AS uninspectable,
    JSONExtractUInt(line, 'unmapped', 'guard', 'prompt', 'chars') AS chars,
    JSONExtractFloat(line, 'unmapped', 'guard', 'ms', 'total') AS ms,
    JSONExtractString(line, 'unmapped', 'guard', 'evidence') AS evidence,
    line AS raw
FROM prompt_guard.lines
WHERE isValidJSON(line);
