-- Which reports carry a change, in which words, and which of them are copies of one another?
-- $change: the change's id (see changes_since)
SELECT
    s.outlet,
    s.said_at,
    s.published_at,
    s.agreement,
    s.words,
    s.url,
    s.copy_group,
    row_number() OVER (PARTITION BY s.copy_group ORDER BY s.published_at NULLS LAST, s.id) > 1 AS is_copy,
    s.id AS statement_id
FROM current_change AS c
JOIN current_statement AS s ON s.watch_id = c.watch_id AND list_contains(c.evidence, s.id)
WHERE c.watch_id = $watch AND c.id = $change AND s.watch_id = $watch
ORDER BY list_position(c.evidence, s.id);
