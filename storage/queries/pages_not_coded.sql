-- Which pages were not read or not coded, and why?
SELECT reason, count(*) AS pages, max(seen_at) AS last_at, any_value(url) AS example
FROM (
    SELECT outcome || ': ' || coalesce(error, '') AS reason, last_fetch_at AS seen_at, url
    FROM page_state
    WHERE watch_id = $watch AND outcome IN ('failed', 'gone', 'skipped') AND NOT has_text
    UNION ALL
    SELECT 'skipped: ' || w.skipped, w.recorded_at, v.url
    FROM watch_version AS w
    JOIN version AS v ON v.id = w.version_id
    WHERE w.watch_id = $watch AND w.skipped IS NOT NULL
    UNION ALL
    SELECT 'not coded: ' || c.note, c.recorded_at, v.url
    FROM coding AS c
    JOIN version AS v ON v.id = c.version_id
    WHERE c.watch_id = $watch AND c.note <> ''
)
GROUP BY reason
ORDER BY pages DESC, reason;
