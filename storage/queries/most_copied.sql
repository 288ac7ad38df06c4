-- Which texts were printed most often, and by whom?
SELECT
    g.copy_group,
    count(*) AS versions,
    count(DISTINCT v.outlet) AS outlets,
    min(v.published_at) AS first_published_at,
    arg_min(v.outlet, coalesce(v.published_at, v.recorded_at)) AS first_outlet,
    arg_min(v.title, coalesce(v.published_at, v.recorded_at)) AS title
FROM watch_version AS w
JOIN version_group AS g USING (version_id)
JOIN version AS v ON v.id = w.version_id
WHERE w.watch_id = $watch
GROUP BY g.copy_group
HAVING count(*) > 1
ORDER BY versions DESC, g.copy_group
LIMIT 200;
