-- What the statements add up to, now and at any moment of the past. The definition is that of the position step of
-- the pipeline; a test compares the two. Later migrations may replace these macros and views, never the tables.

-- A date stands for the whole day (UTC), a time for itself.
CREATE OR REPLACE MACRO end_of(moment) AS
    CASE
        WHEN length(moment::VARCHAR) <= 10
        THEN ((moment::VARCHAR::DATE + 1)::TIMESTAMP AT TIME ZONE 'UTC') - INTERVAL 1 MICROSECOND
        ELSE moment::VARCHAR::TIMESTAMPTZ
    END;

CREATE OR REPLACE MACRO start_of(moment) AS
    CASE
        WHEN length(moment::VARCHAR) <= 10
        THEN moment::VARCHAR::DATE::TIMESTAMP AT TIME ZONE 'UTC'
        ELSE moment::VARCHAR::TIMESTAMPTZ
    END;

CREATE OR REPLACE MACRO day_of(moment) AS (end_of(moment) AT TIME ZONE 'UTC')::DATE;

-- The statements that counted at a moment: of each version one coding (the accepted coder's, else the first), with
-- what analysts had corrected by then, under the names that actors had been merged into. coded_actor and coded_concept
-- are what the coder saw.
CREATE OR REPLACE MACRO statements_known_at(moment) AS TABLE
WITH accepted AS (
    SELECT watch_id, arg_max(coder, step) AS coder FROM coder WHERE recorded_at <= end_of(moment) GROUP BY watch_id
),
superseded AS (
    SELECT c.watch_id, c.version_id, c.coder
    FROM coding AS c
    JOIN (
        SELECT watch_id, version_id FROM coding WHERE recorded_at <= end_of(moment) GROUP BY ALL HAVING count(*) > 1
    ) USING (watch_id, version_id)
    LEFT JOIN accepted AS a USING (watch_id)
    WHERE c.recorded_at <= end_of(moment)
    QUALIFY row_number() OVER (
        PARTITION BY c.watch_id, c.version_id
        ORDER BY coalesce(c.coder = a.coder, false) DESC, c.recorded_at, c.coder
    ) > 1
),
verdict AS (
    SELECT s.id, s.coder, arg_max(r, r.rowid) AS r
    FROM review AS r
    JOIN statement AS s
        ON s.watch_id = r.watch_id
        AND s.version_id = r.version_id
        AND s.concept IS NOT DISTINCT FROM r.concept
        AND s.content_start < r.content_end
        AND r.content_start < s.content_end
    WHERE r.subject = 'statement' AND r.recorded_at <= end_of(moment)
    GROUP BY s.id, s.coder
),
merged AS (
    SELECT watch_id, subject_id AS actor, arg_max(to_actor, rowid) AS to_actor
    FROM review
    WHERE subject = 'actor' AND recorded_at <= end_of(moment)
    GROUP BY watch_id, subject_id
),
regrouped AS (
    SELECT version_id, arg_max(copy_group, step) AS copy_group
    FROM regrouping
    WHERE recorded_at <= end_of(moment)
    GROUP BY version_id
),
reviewed AS (
    SELECT
        s.* REPLACE (
            CASE WHEN list_contains(v.r.corrects, 'actor') THEN v.r.to_actor ELSE s.actor END AS actor,
            CASE WHEN list_contains(v.r.corrects, 'concept') THEN v.r.to_concept ELSE s.concept END AS concept,
            CASE WHEN list_contains(v.r.corrects, 'agreement') THEN v.r.to_agreement ELSE s.agreement END AS agreement,
            CASE WHEN list_contains(v.r.corrects, 'said_at') THEN v.r.to_said_at ELSE s.said_at END AS said_at,
            CASE WHEN list_contains(v.r.corrects, 'condition') THEN v.r.to_condition ELSE s.condition END AS condition,
            CASE WHEN v.r.verdict = 'correct' THEN 1.0 ELSE s.confidence END AS confidence,
            CASE
                WHEN v.r.verdict = 'correct'
                THEN list_append(s.basis, 'corrected by ' || v.r.name || ': ' || v.r.reason)
                ELSE s.basis
            END AS basis,
            coalesce(g.copy_group, s.copy_group) AS copy_group
        ),
        s.actor AS coded_actor,
        s.concept AS coded_concept
    FROM statement AS s
    LEFT JOIN verdict AS v ON v.id = s.id AND v.coder = s.coder
    LEFT JOIN regrouped AS g ON g.version_id = s.version_id
    ANTI JOIN superseded AS x ON x.watch_id = s.watch_id AND x.version_id = s.version_id AND x.coder = s.coder
    WHERE s.recorded_at <= end_of(moment) AND v.r.verdict IS DISTINCT FROM 'reject'
)
SELECT s.* REPLACE (coalesce(m.to_actor, s.actor) AS actor)
FROM reviewed AS s
LEFT JOIN merged AS m ON m.watch_id = s.watch_id AND m.actor = s.actor;

CREATE OR REPLACE VIEW current_statement AS SELECT * FROM statements_known_at('9999-12-31');

-- A statement weighs by the confidence of its coding and by whose words it is in: direct and mixed quotes 1.0, indirect
-- speech 0.8. Age comes later.
CREATE OR REPLACE MACRO fresh_weight(confidence, quote_type) AS
    confidence * CASE quote_type WHEN 'indirect' THEN 0.8 ELSE 1.0 END;

-- To the nearest whole number, halves away from zero.
CREATE OR REPLACE MACRO round_away(score) AS (sign(score) * floor(abs(score) + 0.5 + 1e-9))::TINYINT;

-- Copies of one text count once for what they report of one day: the one published first, then the surest, then by
-- id. place: 1 for an actor's newest on a concept; of one day, the weightiest first. As leaving out the newest days
-- changes neither, the reports that count now serve for every day of the past.
CREATE OR REPLACE MACRO reports_known_at(moment) AS TABLE
SELECT *, row_number() OVER (
    PARTITION BY watch_id, actor, concept ORDER BY said_at DESC, fresh_weight DESC, id
)::INTEGER AS place
FROM (
    SELECT watch_id, actor, concept, agreement, condition, said_at, id, outlet, copy_group,
        fresh_weight(confidence, quote_type) AS fresh_weight
    FROM statements_known_at(moment)
    WHERE actor IS NOT NULL AND concept IS NOT NULL AND agreement IS NOT NULL AND said_at IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY watch_id, actor, concept, copy_group, said_at ORDER BY published_at NULLS LAST, confidence DESC, id
    ) = 1
);

-- Publishing a snapshot turns this view, and latest_positions below, into tables with the same rows.
CREATE OR REPLACE VIEW counted_report AS SELECT * FROM reports_known_at('9999-12-31');

-- A report weighs half for every seven days that it lies before the newest. The position is the weighted mean of the
-- agreements. Its confidence is the share of the weight on its side times 1 - 0.5 ** weight. It holds since the earliest
-- statement of the present run of statements on its side.
CREATE OR REPLACE MACRO positions_at(as_of, known_at) AS TABLE
WITH report AS (
    SELECT * FROM counted_report WHERE known_at::VARCHAR = '9999-12-31' AND said_at <= day_of(as_of)
    UNION ALL
    SELECT * FROM reports_known_at(known_at) WHERE known_at::VARCHAR <> '9999-12-31' AND said_at <= day_of(as_of)
),
newest AS (
    SELECT watch_id, actor, concept, max(said_at) AS newest FROM report GROUP BY ALL
),
weighed AS (
    SELECT r.*, sign(r.agreement) AS side, r.fresh_weight * 0.5 ** ((n.newest - r.said_at) / 7.0) AS weight
    FROM report AS r
    JOIN newest AS n USING (watch_id, actor, concept)
),
summed AS (
    SELECT watch_id, actor, concept, max(said_at) AS said_at, sum(weight) AS weight,
        sum(weight * agreement) / sum(weight) AS score,
        sum(weight) FILTER (side > 0) AS support, sum(weight) FILTER (side < 0) AS oppose,
        sum(weight) FILTER (side = 0) AS neither, min(place) FILTER (side > 0) AS first_support,
        min(place) FILTER (side < 0) AS first_oppose, min(place) FILTER (side = 0) AS first_neither
    FROM weighed
    GROUP BY ALL
    HAVING sum(weight) > 0
),
stood AS (
    SELECT watch_id, actor, concept, said_at, score, round_away(score) AS agreement, weight,
        CASE sign(round_away(score)) WHEN 1 THEN support WHEN -1 THEN oppose ELSE neither END AS on_side,
        CASE sign(round_away(score)) WHEN 1 THEN first_support WHEN -1 THEN first_oppose ELSE first_neither END AS first_on
    FROM summed
),
followed AS (
    SELECT s.watch_id, s.actor, s.concept, s.said_at, s.score, s.agreement, s.weight, s.on_side,
        count(DISTINCT w.outlet) FILTER (w.side = sign(s.agreement)) AS reports,
        max(w.condition) FILTER (w.place = s.first_on) AS condition,
        min(w.said_at) FILTER (w.side = sign(s.agreement)) AS earliest,
        min(w.place) FILTER (w.side <> sign(s.agreement) AND w.place > s.first_on) AS first_off,
        list(w.id ORDER BY w.place) AS statements
    FROM weighed AS w
    JOIN stood AS s USING (watch_id, actor, concept)
    GROUP BY ALL
)
SELECT
    f.watch_id,
    f.actor,
    f.concept,
    f.agreement,
    round(f.score, 6) AS score,
    round(coalesce(f.on_side, 0) / f.weight * (1 - 0.5 ** coalesce(f.on_side, 0)), 4) AS confidence,
    coalesce(l.said_at, f.earliest, f.said_at) AS since,
    f.said_at,
    f.reports::INTEGER AS reports,
    f.condition,
    f.statements
FROM followed AS f
LEFT JOIN report AS l
    ON l.watch_id = f.watch_id AND l.actor = f.actor AND l.concept = f.concept AND l.place = f.first_off - 1;

-- What was true on a date, as far as it is known now.
CREATE OR REPLACE MACRO positions_as_of(moment) AS TABLE SELECT * FROM positions_at(moment, '9999-12-31');

-- What was known on a date about where actors stood by then.
CREATE OR REPLACE MACRO positions_known_at(moment) AS TABLE SELECT * FROM positions_at(moment, moment);

CREATE OR REPLACE VIEW latest_positions AS SELECT * FROM positions_at('9999-12-31', '9999-12-31');
