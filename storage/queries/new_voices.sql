-- Who has spoken for the first time since a date?
-- $since: a date, such as 2025-12-14
SELECT
    actor,
    min(said_at) AS first_said_at,
    count(*) AS statements,
    count(DISTINCT outlet) AS outlets,
    list(DISTINCT concept ORDER BY concept) FILTER (concept IS NOT NULL) AS concepts
FROM current_statement
WHERE watch_id = $watch AND actor IS NOT NULL AND said_at IS NOT NULL
GROUP BY actor
HAVING min(said_at) >= day_of($since)
ORDER BY first_said_at, actor;
