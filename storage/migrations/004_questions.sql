-- What people ask for, as views and macros.

-- The position after each day on which something was said. Weights are taken back from the last day of the pair, not
-- from each day: the ratio is the same, and all days come out of one pass. Past a thousand weeks all are equally old.
CREATE VIEW position_timeline AS
WITH weighed AS (
    SELECT watch_id, actor, concept, said_at, outlet, agreement,
        fresh_weight
        * 2.0 ** greatest((said_at - max(said_at) OVER (PARTITION BY watch_id, actor, concept)) / 7.0, -1000) AS weight
    FROM counted_report
),
daily AS (
    SELECT watch_id, actor, concept, said_at, sum(weight) AS weight, sum(weight * agreement) AS sided,
        count(*)::INTEGER AS statements, count(DISTINCT outlet)::INTEGER AS outlets
    FROM weighed
    GROUP BY ALL
),
summed AS (
    SELECT watch_id, actor, concept, said_at, statements, outlets,
        sum(sided) OVER so_far / nullif(sum(weight) OVER so_far, 0) AS score
    FROM daily
    WINDOW so_far AS (PARTITION BY watch_id, actor, concept ORDER BY said_at)
)
SELECT watch_id, actor, concept, said_at, round_away(score) AS agreement,
    (round_away(score) - lag(round_away(score)) OVER (PARTITION BY watch_id, actor, concept ORDER BY said_at))::TINYINT
        AS moved,
    round(score, 6) AS score, statements, outlets
FROM summed
WHERE score IS NOT NULL;

-- Changes with a state that was recorded since a moment, as they stand now.
CREATE MACRO changes_since(moment) AS TABLE
SELECT c.watch_id, c.id, c.actor, c.concept, c.kind, c.from_agreement, c.to_agreement, c.status, c.said_at,
    c.independent_reports, c.confidence, c.reason, c.verdict, c.recorded_at
FROM current_change AS c
WHERE c.recorded_at >= start_of(moment);

CREATE VIEW coverage_by_outlet AS
WITH taken AS (
    SELECT w.watch_id, v.outlet, count(DISTINCT v.article_id)::INTEGER AS articles, count(*)::INTEGER AS versions,
        count(*) FILTER (w.skipped IS NOT NULL)::INTEGER AS skipped,
        count(*) FILTER (g.copy_group <> v.id)::INTEGER AS copies,
        min(v.published_at) AS first_published_at, max(v.published_at) AS last_published_at
    FROM watch_version AS w
    JOIN version AS v ON v.id = w.version_id
    LEFT JOIN version_group AS g ON g.version_id = w.version_id
    GROUP BY w.watch_id, v.outlet
),
said AS (
    SELECT watch_id, outlet, count(*)::INTEGER AS statements, count(DISTINCT actor)::INTEGER AS actors,
        count(DISTINCT concept)::INTEGER AS concepts
    FROM current_statement
    GROUP BY watch_id, outlet
)
SELECT t.watch_id, t.outlet, t.articles, t.versions, t.copies, t.skipped, coalesce(s.statements, 0) AS statements,
    coalesce(s.actors, 0) AS actors, coalesce(s.concepts, 0) AS concepts, t.first_published_at, t.last_published_at
FROM taken AS t
LEFT JOIN said AS s USING (watch_id, outlet);

-- Pairs of actors with a position on the same concepts. Congruence and conflict as in discourse network analysis: on
-- the same side, on opposite sides; an actor on no side is neither.
CREATE VIEW who_agrees_with_whom AS
WITH stand AS (
    SELECT watch_id, actor, concept, sign(agreement) AS side FROM latest_positions WHERE agreement <> 0
)
SELECT a.watch_id, a.actor, b.actor AS other,
    count(*) FILTER (a.side = b.side)::INTEGER AS agree,
    count(*) FILTER (a.side <> b.side)::INTEGER AS conflict,
    list(a.concept ORDER BY a.concept) FILTER (a.side = b.side) AS agree_on,
    list(a.concept ORDER BY a.concept) FILTER (a.side <> b.side) AS conflict_on
FROM stand AS a
JOIN stand AS b ON b.watch_id = a.watch_id AND b.concept = a.concept AND a.actor < b.actor
GROUP BY a.watch_id, a.actor, b.actor;

-- Articles whose text was changed without notice: each version beside the one before it, and what each coded
-- speaker's words lost or gained.
CREATE VIEW silent_edit AS
WITH pair AS (
    SELECT w.watch_id, v.article_id, v.url, v.outlet, v.id AS version_id, v.recorded_at, v.title, v.text,
        lag(v.id) OVER versions AS former_id, lag(v.recorded_at) OVER versions AS former_recorded_at,
        lag(v.title) OVER versions AS former_title, lag(v.text) OVER versions AS former_text
    FROM watch_version AS w
    JOIN version AS v ON v.id = w.version_id
    SEMI JOIN (SELECT article_id FROM version GROUP BY article_id HAVING count(*) > 1) AS m ON m.article_id = v.article_id
    WINDOW versions AS (PARTITION BY w.watch_id, v.article_id ORDER BY v.recorded_at, v.id)
),
word AS (
    SELECT p.watch_id, p.version_id, s.actor, s.words, s.version_id = p.former_id AS gone
    FROM pair AS p
    JOIN statement AS s ON s.watch_id = p.watch_id AND (s.version_id = p.former_id OR s.version_id = p.version_id)
    WHERE p.former_id IS NOT NULL
        AND NOT contains(CASE WHEN s.version_id = p.former_id THEN p.text ELSE p.former_text END, s.words)
)
SELECT p.watch_id, p.article_id, p.url, p.outlet, p.former_recorded_at, p.recorded_at, p.former_title, p.title,
    len(p.text) - len(p.former_text) AS letters,
    coalesce(list(DISTINCT coalesce(w.actor, '?') || ': ' || w.words) FILTER (w.gone), []) AS words_gone,
    coalesce(list(DISTINCT coalesce(w.actor, '?') || ': ' || w.words) FILTER (NOT w.gone), []) AS words_new,
    p.former_id AS former_version_id, p.version_id
FROM pair AS p
LEFT JOIN word AS w ON w.watch_id = p.watch_id AND w.version_id = p.version_id
WHERE p.former_id IS NOT NULL
GROUP BY ALL;
