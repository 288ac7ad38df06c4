-- Who has changed position most often, and how far?
SELECT
    actor,
    count(*) FILTER (status = 'confirmed') AS confirmed,
    count(*) FILTER (status = 'tentative') AS tentative,
    count(*) FILTER (status = 'confirmed' AND kind = 'reversed') AS reversed,
    coalesce(sum(abs(to_agreement - from_agreement)) FILTER (status = 'confirmed'), 0)::INTEGER AS distance,
    list(DISTINCT concept ORDER BY concept) AS concepts,
    max(said_at) AS last_said_at
FROM current_change
WHERE watch_id = $watch AND status <> 'reverted' AND kind <> 'reaffirmed' AND verdict IS DISTINCT FROM 'reject'
GROUP BY actor
ORDER BY confirmed DESC, tentative DESC, distance DESC, actor;
