-- Which statements make an actor's position on a concept, newest first?
-- $actor: the actor's name
-- $concept: the concept's id
SELECT said_at, agreement, condition, words, outlet, published_at, url, quote_type, confidence, basis, copy_group, coder, id
FROM current_statement
WHERE watch_id = $watch AND actor = $actor AND concept = $concept
ORDER BY said_at DESC NULLS LAST, published_at DESC NULLS LAST, id
LIMIT 1000;
