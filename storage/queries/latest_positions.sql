-- Where does everybody stand now?
-- $actor (optional): only this actor
-- $concept (optional): only this concept
SELECT actor, concept, agreement, round(score, 2) AS score, confidence, since, said_at, reports, condition
FROM latest_positions
WHERE watch_id = $watch
    AND ($actor IS NULL OR actor = $actor)
    AND ($concept IS NULL OR concept = $concept)
ORDER BY actor, concept;
