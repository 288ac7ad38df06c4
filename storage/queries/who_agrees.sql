-- Who agrees with whom, and on what do they differ?
-- $actor (optional): only this actor's allies and opponents
SELECT actor, other, agree, conflict, agree_on, conflict_on
FROM who_agrees_with_whom
WHERE watch_id = $watch AND ($actor IS NULL OR $actor IN (actor, other))
ORDER BY agree - conflict DESC, agree DESC, actor, other
LIMIT 1000;
