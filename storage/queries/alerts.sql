-- Which alerts were sent, wait or have failed?
SELECT recorded_at, channel, recipient, topic, state, attempts, sent_at, next_try_at, last_error, alert_id
FROM alert_state
WHERE watch_id = $watch
ORDER BY recorded_at DESC, alert_id;
