-- Which sources stay without a name, most frequent first? Candidates for aliases in the watch file.
SELECT
    source_text,
    count(*) AS statements,
    count(*) FILTER (concept IS NOT NULL) AS on_concepts,
    count(DISTINCT outlet) AS outlets,
    max(published_at) AS last_published_at,
    any_value(url) AS example
FROM current_statement
WHERE watch_id = $watch AND actor IS NULL AND source_text <> ''
GROUP BY source_text
ORDER BY on_concepts DESC, statements DESC, source_text
LIMIT 200;
