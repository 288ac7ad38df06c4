-- How many statements support or oppose each concept, month by month?
-- $concept (optional): only this concept
SELECT
    concept,
    strftime(said_at, '%Y-%m') AS month,
    count(*) FILTER (agreement > 0) AS support,
    count(*) FILTER (agreement < 0) AS oppose,
    count(*) FILTER (agreement = 0) AS no_side,
    count(*) FILTER (agreement IS NULL) AS not_stated,
    count(DISTINCT actor) AS actors
FROM current_statement
WHERE watch_id = $watch AND concept IS NOT NULL AND said_at IS NOT NULL AND ($concept IS NULL OR concept = $concept)
GROUP BY ALL
ORDER BY concept, month;
