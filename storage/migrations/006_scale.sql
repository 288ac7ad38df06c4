-- The same answers at less cost on a large ledger.

-- Lists of numbers as bytes, eight each, lowest first: of a list, DuckDB's log repeats up to 2,047 rows before those that
-- are added, and every opening reads the log. Where they are NULL, signature and passages hold the numbers.
ALTER TABLE fingerprint ADD COLUMN signature_bytes BLOB;
ALTER TABLE fingerprint ADD COLUMN passages_bytes BLOB;
COMMENT ON COLUMN fingerprint.signature_bytes IS 'MinHash values, eight bytes each, lowest first';
COMMENT ON COLUMN fingerprint.passages_bytes IS 'sampled hashes of longer shingles, eight bytes each, lowest first';

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
        SELECT watch_id, version_id FROM coding
        WHERE recorded_at <= end_of(moment)
            AND watch_id IN (SELECT watch_id FROM coding GROUP BY watch_id HAVING min(coder) <> max(coder))
        GROUP BY ALL HAVING count(*) > 1
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

-- Copies of one text count once for what they report of one day: the one published first, then the surest, then by
-- id. place: 1 for an actor's newest on a concept; of one day, the weightiest first. As leaving out the newest days
-- changes neither, the reports that count now serve for every day of the past. Few are repeated: only those are sorted.
CREATE OR REPLACE MACRO reports_known_at(moment) AS TABLE
WITH told AS (
    SELECT watch_id, actor, concept, agreement, condition, said_at, id, outlet, copy_group, published_at, confidence,
        fresh_weight(confidence, quote_type) AS fresh_weight, hash(watch_id, actor, concept, copy_group, said_at) AS report
    FROM statements_known_at(moment)
    WHERE actor IS NOT NULL AND concept IS NOT NULL AND agreement IS NOT NULL AND said_at IS NOT NULL
),
repeated AS (
    SELECT report FROM told GROUP BY report HAVING count(*) > 1
),
report AS (
    SELECT * FROM told ANTI JOIN repeated USING (report)
    UNION ALL
    SELECT * FROM told SEMI JOIN repeated USING (report)
    QUALIFY row_number() OVER (
        PARTITION BY watch_id, actor, concept, copy_group, said_at ORDER BY published_at NULLS LAST, confidence DESC, id
    ) = 1
)
SELECT * EXCLUDE (published_at, confidence, report), row_number() OVER (
    PARTITION BY watch_id, actor, concept ORDER BY said_at DESC, fresh_weight DESC, id
)::INTEGER AS place
FROM report;
