-- What have analysts accepted, rejected, corrected or merged, and why?
SELECT recorded_at, name, verdict, subject, subject_id, reason, corrects, to_actor, to_concept, to_agreement, to_said_at
FROM review
WHERE watch_id = $watch
ORDER BY recorded_at DESC, review_id;
