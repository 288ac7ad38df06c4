-- A rejected change that is gone (its actor was merged into another, late reports gave it another id) is rejected under
-- its new id too: the same actor, concept and side, carried by some of the same statements, or where those were coded
-- anew, the same kind of change within three days. A verdict on the new id itself comes first.
CREATE OR REPLACE VIEW current_change AS
WITH latest AS (
    SELECT * FROM change QUALIFY row_number() OVER (PARTITION BY watch_id, id ORDER BY step DESC) = 1
),
decided AS (
    SELECT watch_id, subject_id AS id, verdict, name, reason, rowid AS place
    FROM review
    WHERE subject = 'change'
    QUALIFY row_number() OVER (PARTITION BY watch_id, subject_id ORDER BY rowid DESC) = 1
),
merged AS (
    SELECT watch_id, subject_id AS actor, arg_max(to_actor, rowid) AS to_actor
    FROM review
    WHERE subject = 'actor'
    GROUP BY watch_id, subject_id
),
gone AS (
    SELECT c.* REPLACE (coalesce(m.to_actor, c.actor) AS actor), d.name, d.reason AS why, d.place
    FROM latest AS c
    JOIN decided AS d USING (watch_id, id)
    LEFT JOIN merged AS m ON m.watch_id = c.watch_id AND m.actor = c.actor
    WHERE d.verdict = 'reject' AND c.status = 'reverted'
),
verdict AS (
    SELECT watch_id, id, verdict, name, reason FROM decided
    UNION ALL
    SELECT c.watch_id, c.id, 'reject', arg_max(g.name, g.place), arg_max(g.why, g.place)
    FROM latest AS c
    ANTI JOIN decided AS d ON d.watch_id = c.watch_id AND d.id = c.id
    JOIN gone AS g ON g.watch_id = c.watch_id AND g.actor = c.actor AND g.concept = c.concept
        AND sign(g.to_agreement) IS NOT DISTINCT FROM sign(c.to_agreement)
        AND (list_has_any(g.evidence, c.evidence) OR (g.kind = c.kind AND abs(g.said_at - c.said_at) <= 3))
    GROUP BY c.watch_id, c.id
)
SELECT c.* EXCLUDE (step), c.step AS steps, v.verdict, v.name AS reviewed_by, v.reason AS review_reason
FROM latest AS c
LEFT JOIN verdict AS v USING (watch_id, id);

COMMENT ON VIEW current_change IS 'Changes as they stand now, with the analyst''s verdict';
