-- Who was the first to take each side on a concept, and where was it reported first?
-- $concept (optional): only this concept
SELECT
    concept,
    CASE sign(agreement) WHEN 1 THEN 'support' WHEN -1 THEN 'oppose' ELSE 'no side' END AS side,
    min(said_at) AS said_at,
    arg_min(actor, (said_at, coalesce(published_at, recorded_at), id)) AS actor,
    arg_min(outlet, (said_at, coalesce(published_at, recorded_at), id)) AS outlet,
    arg_min(words, (said_at, coalesce(published_at, recorded_at), id)) AS words,
    arg_min(url, (said_at, coalesce(published_at, recorded_at), id)) AS url
FROM current_statement
WHERE watch_id = $watch AND actor IS NOT NULL AND concept IS NOT NULL AND agreement IS NOT NULL AND said_at IS NOT NULL
    AND ($concept IS NULL OR concept = $concept)
GROUP BY concept, sign(agreement)
ORDER BY concept, said_at, side;
