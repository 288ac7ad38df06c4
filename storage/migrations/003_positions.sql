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

-- Copies of one text count once for what they report of one day: the one published first, then the surest, then by
-- id.
CREATE OR REPLACE MACRO reports_known_at(moment) AS TABLE
SELECT watch_id, actor, concept, agreement, condition, said_at, quote_type, confidence, id, outlet, copy_group
FROM statements_known_at(moment)
WHERE actor IS NOT NULL AND concept IS NOT NULL AND agreement IS NOT NULL AND said_at IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY watch_id, actor, concept, copy_group, said_at ORDER BY published_at NULLS LAST, confidence DESC, id
) = 1;

CREATE OR REPLACE MACRO quote_weight(quote_type) AS CASE quote_type WHEN 'indirect' THEN 0.8 ELSE 1.0 END;

-- To the nearest whole number, halves away from zero.
CREATE OR REPLACE MACRO round_away(score) AS (sign(score) * floor(abs(score) + 0.5 + 1e-9))::TINYINT;

-- A statement weighs by its confidence, by whose words it is in (indirect speech 0.8), and half for every seven days
-- that it lies before the newest. The position is the weighted mean, rounded away from zero at the half. Its confidence
-- is the share of the weight on its side times 1 - 0.5 ** weight. It holds since the earliest statement of the present
-- run of statements on its side.
CREATE OR REPLACE MACRO positions_at(as_of, known_at) AS TABLE
WITH report AS (
    SELECT * FROM reports_known_at(known_at) WHERE said_at <= day_of(as_of)
),
newest AS (
    SELECT watch_id, actor, concept, max(said_at) AS newest FROM report GROUP BY ALL
),
weighed AS (
    SELECT r.*, r.confidence * quote_weight(r.quote_type) * 0.5 ** ((n.newest - r.said_at) / 7.0) AS weight
    FROM report AS r
    JOIN newest AS n USING (watch_id, actor, concept)
),
summed AS (
    SELECT
        watch_id,
        actor,
        concept,
        sum(weight * agreement) / sum(weight) AS score,
        sum(weight) AS weight,
        list(
            {'id': id, 'said_at': said_at, 'side': sign(agreement), 'weight': weight, 'outlet': outlet,
                'condition': condition}
            ORDER BY said_at DESC, weight DESC, id
        ) AS reports
    FROM weighed
    GROUP BY watch_id, actor, concept
    HAVING sum(weight) > 0
),
sided AS (
    SELECT *, [r FOR r IN reports IF r.side = sign(round_away(score))] AS on_side,
        list_position([r.side = sign(round_away(score)) FOR r IN reports], true) AS first_on_side
    FROM summed
),
run AS (
    SELECT *,
        list_position([r.side = sign(round_away(score)) FOR r IN reports[first_on_side:]], false) AS first_off_side
    FROM sided
)
SELECT
    watch_id,
    actor,
    concept,
    round_away(score) AS agreement,
    round(score, 6) AS score,
    round(
        coalesce(list_sum([r.weight FOR r IN on_side]), 0) / weight
        * (1 - 0.5 ** coalesce(list_sum([r.weight FOR r IN on_side]), 0)),
        4
    ) AS confidence,
    coalesce(
        CASE WHEN first_off_side > 1 THEN reports[first_on_side + first_off_side - 2].said_at ELSE on_side[-1].said_at END,
        reports[1].said_at
    ) AS since,
    reports[1].said_at AS said_at,
    len(list_distinct([r.outlet FOR r IN on_side]))::INTEGER AS reports,
    on_side[1].condition AS condition,
    [r.id FOR r IN reports] AS statements
FROM run;

-- What was true on a date, as far as it is known now.
CREATE OR REPLACE MACRO positions_as_of(moment) AS TABLE SELECT * FROM positions_at(moment, '9999-12-31');

-- What was known on a date about where actors stood by then.
CREATE OR REPLACE MACRO positions_known_at(moment) AS TABLE SELECT * FROM positions_at(moment, moment);

-- Publishing a snapshot turns this view into a table with the same rows.
CREATE OR REPLACE VIEW latest_positions AS SELECT * FROM positions_at('9999-12-31', '9999-12-31');
