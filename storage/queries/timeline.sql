-- How did one actor's positions develop, day by day?
-- $actor: the actor's name
-- $concept (optional): only this concept
SELECT concept, said_at, agreement, moved, round(score, 2) AS score, statements, outlets
FROM position_timeline
WHERE watch_id = $watch AND actor = $actor AND ($concept IS NULL OR concept = $concept)
ORDER BY concept, said_at;
