-- What did one actor say, newest first?
-- $actor: the actor's name
-- $words (optional): only statements in whose words this occurs
SELECT said_at, concept, agreement, words, quote_type, outlet, published_at, url
FROM current_statement
WHERE watch_id = $watch AND actor = $actor AND ($words IS NULL OR contains(lower(words), lower($words)))
ORDER BY said_at DESC NULLS LAST, published_at DESC NULLS LAST, id
LIMIT 500;
