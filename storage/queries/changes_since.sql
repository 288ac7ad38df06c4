-- What has changed since a date, by when we noticed it?
-- $since: a date, such as 2025-12-14
-- $status (optional): only tentative, confirmed or reverted
SELECT actor, concept, kind, from_agreement, to_agreement, status, said_at, independent_reports, verdict, reason, id
FROM changes_since($since)
WHERE watch_id = $watch AND ($status IS NULL OR status = $status)
ORDER BY said_at, actor, concept, id;
