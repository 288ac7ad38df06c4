-- Which outlets carry the story, how much of it is copies, and when did each last publish?
SELECT outlet, articles, versions, copies, skipped, statements, actors, concepts, first_published_at, last_published_at
FROM coverage_by_outlet
WHERE watch_id = $watch
ORDER BY articles DESC, outlet;
