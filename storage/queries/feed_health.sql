-- How are the feeds doing: last success, last item, failures in a row, next poll?
SELECT feed_id, outlet, url, last_success_at, last_item_at, failures_in_a_row, next_poll_at, retired, last_error
FROM feed_state
WHERE watch_id = $watch
ORDER BY retired DESC, failures_in_a_row DESC, feed_id;
