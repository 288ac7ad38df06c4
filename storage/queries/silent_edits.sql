-- Which pages were changed after publication, and in whose words?
SELECT outlet, url, former_recorded_at, recorded_at, former_title, title, letters, words_gone, words_new
FROM silent_edit
WHERE watch_id = $watch
ORDER BY recorded_at DESC, url;
