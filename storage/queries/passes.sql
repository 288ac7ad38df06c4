-- When did the last passes run, and how did they end?
SELECT started_at, finished_at, status, stats, error, run_id
FROM run_log
WHERE watch_id = $watch
ORDER BY started_at DESC, run_id DESC
LIMIT 100;
