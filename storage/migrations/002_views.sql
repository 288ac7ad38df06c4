-- The present state of everything that has states.

CREATE VIEW current_watch AS
SELECT watch_id, title, toml, recorded_at
FROM watch_file
QUALIFY row_number() OVER (PARTITION BY watch_id ORDER BY step DESC) = 1;

CREATE VIEW current_concept AS
SELECT * EXCLUDE (step, retired)
FROM (SELECT * FROM concept QUALIFY row_number() OVER (PARTITION BY watch_id, id ORDER BY step DESC) = 1)
WHERE NOT retired;

CREATE VIEW current_alias AS
SELECT * EXCLUDE (step, retired)
FROM (SELECT * FROM alias QUALIFY row_number() OVER (PARTITION BY watch_id, actor, alias ORDER BY step DESC) = 1)
WHERE NOT retired;

-- What the watch file says about an actor comes before what a text says.
CREATE VIEW current_actor AS
SELECT * EXCLUDE (step, retired)
FROM (SELECT * FROM actor QUALIFY row_number() OVER (PARTITION BY watch_id, name, origin ORDER BY step DESC) = 1)
WHERE NOT retired
QUALIFY row_number() OVER (PARTITION BY watch_id, name ORDER BY origin = 'watch' DESC) = 1;

CREATE VIEW current_feed AS
SELECT * EXCLUDE (step, removed)
FROM (SELECT * FROM feed QUALIFY row_number() OVER (PARTITION BY watch_id, feed_id ORDER BY step DESC) = 1)
WHERE NOT removed;

-- A feed's health, from its fetches since it was last given in the watch file.
CREATE VIEW feed_state AS
WITH polled AS (
    SELECT f.watch_id, f.feed_id, x.* EXCLUDE (watch_id, feed_id, url), x.outcome IN ('fetched', 'unchanged') AS ok
    FROM current_feed AS f
    JOIN "fetch" AS x ON x.watch_id = f.watch_id AND x.feed_id = f.feed_id AND x.requested_at >= f.recorded_at
),
summed AS (
    SELECT
        watch_id,
        feed_id,
        max(requested_at) AS last_poll_at,
        max(requested_at) FILTER (ok) AS last_success_at,
        max(last_item_at) AS last_item_at,
        arg_max({'etag': etag, 'last_modified': last_modified, 'body_sha256': body_sha256}, requested_at)
            FILTER (outcome = 'fetched') AS validators,
        arg_max(moved_to, requested_at) AS moved_to,
        arg_max({'outcome': outcome, 'error': error, 'next_at': next_at}, requested_at) AS last
    FROM polled
    GROUP BY watch_id, feed_id
),
failures AS (
    SELECT watch_id, feed_id, count(*) AS failures_in_a_row
    FROM polled
    JOIN summed USING (watch_id, feed_id)
    WHERE NOT ok AND (last_success_at IS NULL OR requested_at > last_success_at)
    GROUP BY watch_id, feed_id
)
SELECT
    f.watch_id,
    f.feed_id,
    coalesce(s.moved_to, f.url) AS url,
    f.outlet,
    f.engine,
    s.validators.etag AS etag,
    s.validators.last_modified AS last_modified,
    s.validators.body_sha256 AS body_sha256,
    s.last_poll_at,
    s.last_success_at,
    s.last_item_at,
    coalesce(x.failures_in_a_row, 0)::INTEGER AS failures_in_a_row,
    s.last.next_at AS next_poll_at,
    coalesce(s.last.outcome = 'gone', false) AS retired,
    CASE WHEN s.last.outcome IN ('failed', 'gone', 'skipped') THEN s.last.error END AS last_error
FROM current_feed AS f
LEFT JOIN summed AS s USING (watch_id, feed_id)
LEFT JOIN failures AS x USING (watch_id, feed_id);

-- One row an entry: how far its page has come. ids: only these articles, NULL for all.
CREATE MACRO page_states(ids) AS TABLE
WITH pages AS (
    SELECT
        watch_id,
        article_id,
        count(*) AS attempts,
        arg_max(
            {'outcome': outcome, 'error': error, 'next_at': next_at, 'etag': etag, 'last_modified': last_modified},
            requested_at
        ) AS last,
        max(requested_at) AS last_fetch_at,
        max(version_id) IS NOT NULL AS has_text
    FROM "fetch"
    WHERE article_id IS NOT NULL AND (ids IS NULL OR list_contains(ids, article_id))
    GROUP BY watch_id, article_id
)
SELECT
    e.watch_id,
    e.article_id,
    a.url,
    e.feed_id,
    e.key,
    e.url AS entry_url,
    e.title,
    e.summary,
    e.published_at,
    e.outlet,
    e.recorded_at,
    coalesce(p.attempts, 0)::INTEGER AS attempts,
    p.last.outcome AS outcome,
    p.last.error AS error,
    p.last.next_at AS next_at,
    p.last.etag AS etag,
    p.last.last_modified AS last_modified,
    p.last_fetch_at,
    coalesce(p.has_text, false) AS has_text
FROM entry AS e
JOIN article AS a ON a.id = e.article_id
LEFT JOIN pages AS p ON p.watch_id = e.watch_id AND p.article_id = e.article_id
WHERE ids IS NULL OR list_contains(ids, e.article_id);

CREATE VIEW page_state AS SELECT * FROM page_states(NULL::VARCHAR[]);

CREATE VIEW version_group AS
SELECT f.version_id, coalesce(r.copy_group, f.copy_group) AS copy_group
FROM fingerprint AS f
LEFT JOIN (
    SELECT version_id, arg_max(copy_group, step) AS copy_group FROM regrouping GROUP BY version_id
) AS r USING (version_id);

CREATE VIEW current_change AS
SELECT c.* EXCLUDE (step), c.step AS steps, v.verdict, v.name AS reviewed_by, v.reason AS review_reason
FROM (SELECT * FROM change QUALIFY row_number() OVER (PARTITION BY watch_id, id ORDER BY step DESC) = 1) AS c
LEFT JOIN (
    SELECT watch_id, subject_id, verdict, name, reason
    FROM review
    WHERE subject = 'change'
    QUALIFY row_number() OVER (PARTITION BY watch_id, subject_id ORDER BY rowid DESC) = 1
) AS v ON v.watch_id = c.watch_id AND v.subject_id = c.id;

CREATE VIEW alert_state AS
SELECT
    a.*,
    coalesce(t.state, 'pending') AS state,
    coalesce(t.attempts, 0)::INTEGER AS attempts,
    CASE WHEN t.state IS NULL THEN a.not_before WHEN t.state = 'pending' THEN t.next_try_at END AS next_try_at,
    t.last_error,
    t.sent_at
FROM alert AS a
LEFT JOIN (
    SELECT
        alert_id,
        CASE
            WHEN bool_or(outcome = 'sent') THEN 'sent'
            WHEN bool_or(outcome = 'given_up') THEN 'failed'
            ELSE 'pending'
        END AS state,
        max(attempt) AS attempts,
        -- of one attempt, its end counts and not its start
        arg_max(next_try_at, attempt * 2 + (outcome <> 'started')::INTEGER) AS next_try_at,
        arg_max(error, attempt) FILTER (error IS NOT NULL) AS last_error,
        max(recorded_at) FILTER (outcome = 'sent') AS sent_at
    FROM alert_attempt
    GROUP BY alert_id
) AS t USING (alert_id);

CREATE VIEW run_log AS
SELECT r.run_id, r.watch_id, r.started_at, e.finished_at, coalesce(e.status, 'unfinished') AS status, e.stats, e.error
FROM run AS r
LEFT JOIN run_end AS e USING (run_id);

-- Who / said / what, as spans of one version's text. A content that is about several concepts is several statements of
-- one attribution; the spans lie with the statements, so that no question has to join a million rows to a million.
CREATE VIEW attribution AS
SELECT DISTINCT ON (attribution_id)
    attribution_id AS id, watch_id, version_id, coder, source, cue, content, quote_type, source_text, words,
    attribution_confidence AS confidence, recorded_at
FROM statement;
