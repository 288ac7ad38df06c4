-- Who stood where on a date, as far as we know now?
-- $at: a date, such as 2025-12-14
-- $actor (optional): only this actor
-- $concept (optional): only this concept
SELECT actor, concept, agreement, round(score, 2) AS score, confidence, since, said_at, reports, condition
FROM positions_as_of($at)
WHERE watch_id = $watch
    AND ($actor IS NULL OR actor = $actor)
    AND ($concept IS NULL OR concept = $concept)
ORDER BY actor, concept;
