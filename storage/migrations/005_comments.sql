-- What every table, column and view holds, for whoever opens the ledger in an SQL shell.

COMMENT ON TABLE watch IS 'A watch: one baseline and the coverage of its story';
COMMENT ON COLUMN watch.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN watch.recorded_at IS 'when it was first run';

COMMENT ON TABLE watch_file IS 'Every wording of a watch file';
COMMENT ON COLUMN watch_file.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN watch_file."step" IS '1 for the first state of this thing, 2 for the next ...; the highest counts';
COMMENT ON COLUMN watch_file.title IS 'its title';
COMMENT ON COLUMN watch_file.toml IS 'the file''s text';
COMMENT ON COLUMN watch_file.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE concept IS 'The codebook: every wording of every concept';
COMMENT ON COLUMN concept.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN concept.id IS 'the concept''s id in the watch file';
COMMENT ON COLUMN concept."step" IS '1 for the first state of this thing, 2 for the next ...; the highest counts';
COMMENT ON COLUMN concept.proposition IS 'the proposition that one can support or reject';
COMMENT ON COLUMN concept.terms IS 'what a statement on it mentions';
COMMENT ON COLUMN concept.support IS 'wordings of its supporters';
COMMENT ON COLUMN concept.oppose IS 'wordings of its opponents';
COMMENT ON COLUMN concept.retired IS 'true: no longer in the watch file';
COMMENT ON COLUMN concept.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE actor IS 'People, organisations and states, as the watch file or a text introduced them';
COMMENT ON COLUMN actor.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN actor."name" IS 'canonical name';
COMMENT ON COLUMN actor.origin IS 'watch: from the watch file; text: from an article';
COMMENT ON COLUMN actor."step" IS '1 for the first state of this thing, 2 for the next ...; the highest counts';
COMMENT ON COLUMN actor."kind" IS 'person, organization or state';
COMMENT ON COLUMN actor.affiliation IS 'whom the actor belongs to or speaks for';
COMMENT ON COLUMN actor.retired IS 'true: no longer in the watch file';
COMMENT ON COLUMN actor.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE alias IS 'Other names of actors';
COMMENT ON COLUMN alias.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN alias.actor IS 'canonical name of the actor';
COMMENT ON COLUMN alias.alias IS 'a name under which texts mention the actor';
COMMENT ON COLUMN alias."step" IS '1 for the first state of this thing, 2 for the next ...; the highest counts';
COMMENT ON COLUMN alias.retired IS 'true: no longer in the watch file';
COMMENT ON COLUMN alias.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE feed IS 'Feeds and news searches as the watch file gives them';
COMMENT ON COLUMN feed.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN feed.feed_id IS 'identity within the watch';
COMMENT ON COLUMN feed."step" IS '1 for the first state of this thing, 2 for the next ...; the highest counts';
COMMENT ON COLUMN feed.url IS 'the address in the watch file';
COMMENT ON COLUMN feed.outlet IS 'who published it';
COMMENT ON COLUMN feed.engine IS 'the search engine; NULL for a plain feed';
COMMENT ON COLUMN feed.removed IS 'true: no longer in the watch file';
COMMENT ON COLUMN feed.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE run IS 'A pass over a watch';
COMMENT ON COLUMN run.run_id IS 'identity of the pass';
COMMENT ON COLUMN run.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN run.started_at IS 'when it began';

COMMENT ON TABLE run_end IS 'How a pass ended; a pass without a row was cut off';
COMMENT ON COLUMN run_end.run_id IS 'the pass';
COMMENT ON COLUMN run_end.finished_at IS 'when it ended';
COMMENT ON COLUMN run_end.status IS 'ok or failed';
COMMENT ON COLUMN run_end.stats IS 'what it did, as counts';
COMMENT ON COLUMN run_end.error IS 'what went wrong; NULL: nothing';

COMMENT ON TABLE "fetch" IS 'Every request for a feed or a page';
COMMENT ON COLUMN "fetch".watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN "fetch".feed_id IS 'the feed asked for; NULL for a page';
COMMENT ON COLUMN "fetch".article_id IS 'the article asked for; NULL for a feed';
COMMENT ON COLUMN "fetch".url IS 'the address asked';
COMMENT ON COLUMN "fetch".requested_at IS 'when it was asked';
COMMENT ON COLUMN "fetch".outcome IS 'fetched, unchanged, gone, failed or skipped';
COMMENT ON COLUMN "fetch".status IS 'HTTP status; NULL: no answer';
COMMENT ON COLUMN "fetch".final_url IS 'where redirects ended';
COMMENT ON COLUMN "fetch".moved_to IS 'where permanent redirects led';
COMMENT ON COLUMN "fetch".etag IS 'validator of the answer';
COMMENT ON COLUMN "fetch".last_modified IS 'validator of the answer';
COMMENT ON COLUMN "fetch".body_sha256 IS 'SHA-256 of the body';
COMMENT ON COLUMN "fetch".bytes IS 'length of the body';
COMMENT ON COLUMN "fetch".error IS 'why it failed or was skipped';
COMMENT ON COLUMN "fetch".next_at IS 'when to ask again; NULL for a page: never';
COMMENT ON COLUMN "fetch".new_entries IS 'entries that were new';
COMMENT ON COLUMN "fetch".last_item_at IS 'publication of the newest item';
COMMENT ON COLUMN "fetch".version_id IS 'the version that the page gave';

COMMENT ON TABLE article IS 'A page under its canonical address';
COMMENT ON COLUMN article.id IS 'its identity';
COMMENT ON COLUMN article.url IS 'canonical address';
COMMENT ON COLUMN article.outlet IS 'who published it, as first heard';
COMMENT ON COLUMN article.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE entry IS 'An item of a feed that led to an article; the first one of each article and watch';
COMMENT ON COLUMN entry.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN entry.article_id IS 'the article';
COMMENT ON COLUMN entry.feed_id IS 'the feed';
COMMENT ON COLUMN entry."key" IS 'what the feed identifies it by';
COMMENT ON COLUMN entry.url IS 'the link as the feed gave it';
COMMENT ON COLUMN entry.title IS 'the feed''s title';
COMMENT ON COLUMN entry.summary IS 'the feed''s summary';
COMMENT ON COLUMN entry.published_at IS 'when the outlet published it; NULL: not known';
COMMENT ON COLUMN entry.outlet IS 'the outlet that the entry names';
COMMENT ON COLUMN entry.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE version IS 'One fetched text of one article; an edited page is a new version';
COMMENT ON COLUMN version.id IS 'its identity';
COMMENT ON COLUMN version.article_id IS 'the article';
COMMENT ON COLUMN version.url IS 'its address';
COMMENT ON COLUMN version.outlet IS 'who published it';
COMMENT ON COLUMN version.title IS 'its title';
COMMENT ON COLUMN version."text" IS 'the article''s text, to which all offsets count';
COMMENT ON COLUMN version.published_at IS 'when the outlet published it; NULL: not known';
COMMENT ON COLUMN version.recorded_at IS 'when the ledger learnt it';
COMMENT ON COLUMN version.language IS 'ISO 639-1; NULL: too little text';
COMMENT ON COLUMN version.author IS 'as the page names it';
COMMENT ON COLUMN version.page_sha256 IS 'the archived page under pages/; NULL: the text was given';

COMMENT ON TABLE watch_version IS 'Which versions a watch has taken in';
COMMENT ON COLUMN watch_version.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN watch_version.version_id IS 'the version of the article';
COMMENT ON COLUMN watch_version.role IS 'baseline or coverage';
COMMENT ON COLUMN watch_version.skipped IS 'why it is not coded; NULL: it is';
COMMENT ON COLUMN watch_version.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE fingerprint IS 'What is kept of a text in order to recognise its copies';
COMMENT ON COLUMN fingerprint.version_id IS 'the version of the article';
COMMENT ON COLUMN fingerprint.digest IS 'of the words in order';
COMMENT ON COLUMN fingerprint."size" IS 'number of different shingles';
COMMENT ON COLUMN fingerprint.signature IS 'MinHash values';
COMMENT ON COLUMN fingerprint.passages IS 'sampled hashes of longer shingles';
COMMENT ON COLUMN fingerprint.copy_group IS 'the group when it was recorded; see version_group for now';

COMMENT ON TABLE fingerprint_key IS 'Under which numbers a text is looked up; copies share one';
COMMENT ON COLUMN fingerprint_key."key" IS 'the lower half of a number of the fingerprint';
COMMENT ON COLUMN fingerprint_key.version_id IS 'the version of the article';

COMMENT ON TABLE regrouping IS 'Versions that moved to another group of copies, because a later text joined two groups';
COMMENT ON COLUMN regrouping.version_id IS 'the version of the article';
COMMENT ON COLUMN regrouping."step" IS '1 for the first state of this thing, 2 for the next ...; the highest counts';
COMMENT ON COLUMN regrouping.copy_group IS 'the new group';
COMMENT ON COLUMN regrouping.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE coding IS 'That a coder has coded a version; written with its statements, once';
COMMENT ON COLUMN coding.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN coding.version_id IS 'the version of the article';
COMMENT ON COLUMN coding.coder IS 'version of the extractor and coder';
COMMENT ON COLUMN coding.note IS 'why there is no statement, where there is none';
COMMENT ON COLUMN coding.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE coder IS 'Which coder''s codings count, and who decided that';
COMMENT ON COLUMN coder.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN coder."step" IS '1 for the first state of this thing, 2 for the next ...; the highest counts';
COMMENT ON COLUMN coder.coder IS 'version of the extractor and coder';
COMMENT ON COLUMN coder."name" IS 'who decided';
COMMENT ON COLUMN coder.reason IS 'why, in words';
COMMENT ON COLUMN coder.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE statement
    IS 'Actor x concept x agreement, with the attribution it rests on and its three dates. As coded: see current_statement for what counts';
COMMENT ON COLUMN statement.id IS 'its identity';
COMMENT ON COLUMN statement.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN statement.version_id IS 'the version of the article';
COMMENT ON COLUMN statement.attribution_id IS 'the attribution; several statements of one attribution share it';
COMMENT ON COLUMN statement."source" IS 'spans of who speaks, as [start, end) into the version''s text';
COMMENT ON COLUMN statement.cue IS 'spans of the words that report it';
COMMENT ON COLUMN statement.content IS 'spans of what is said';
COMMENT ON COLUMN statement.attribution_confidence IS 'how sure the attribution is, 0 to 1';
COMMENT ON COLUMN statement.actor IS 'canonical name; NULL: unresolved';
COMMENT ON COLUMN statement.concept IS 'id of the concept; NULL: about nothing in the codebook';
COMMENT ON COLUMN statement.agreement
    IS '+2 demands or supports, +1 conditional or qualified support, 0 takes no side, -1 qualified rejection, -2 rejects, NULL not stated';
COMMENT ON COLUMN statement.words IS 'the exact words of the content, its pieces joined by " ... "';
COMMENT ON COLUMN statement.source_text IS 'the words of the source';
COMMENT ON COLUMN statement.quote_type IS 'direct, indirect or mixed speech';
COMMENT ON COLUMN statement.content_start IS 'first character of the content in the version''s text';
COMMENT ON COLUMN statement.content_end IS 'character after the last one of the content';
COMMENT ON COLUMN statement.said_at IS 'day of the utterance; NULL: neither text nor publication tells';
COMMENT ON COLUMN statement.published_at IS 'when the outlet published it; NULL: not known';
COMMENT ON COLUMN statement.recorded_at IS 'when it was coded';
COMMENT ON COLUMN statement.outlet IS 'who published it';
COMMENT ON COLUMN statement.url IS 'its address';
COMMENT ON COLUMN statement.coder IS 'version of the extractor and coder';
COMMENT ON COLUMN statement."condition" IS 'under which condition, in the words of the text';
COMMENT ON COLUMN statement.basis IS 'what the coder saw, in words';
COMMENT ON COLUMN statement.confidence IS 'how sure the coding is, 0 to 1';
COMMENT ON COLUMN statement.said_basis IS 'what said_at rests on';
COMMENT ON COLUMN statement.copy_group IS 'the group of copies when it was coded';

COMMENT ON TABLE change IS 'Every state that a change went through; see current_change for now';
COMMENT ON COLUMN change.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN change.id IS 'the same for the same change, whenever it is derived';
COMMENT ON COLUMN change."step" IS '1 for the first state of this thing, 2 for the next ...; the highest counts';
COMMENT ON COLUMN change.actor IS 'canonical name of the actor';
COMMENT ON COLUMN change.concept IS 'id of the concept in the codebook';
COMMENT ON COLUMN change."kind" IS 'reversed, softened, hardened, new_concept, new_actor or reaffirmed';
COMMENT ON COLUMN change.from_agreement IS 'the position before, -2 to +2';
COMMENT ON COLUMN change.to_agreement IS 'the new position, -2 to +2';
COMMENT ON COLUMN change.status IS 'tentative, confirmed or reverted';
COMMENT ON COLUMN change.said_at IS 'day of the utterance that made it';
COMMENT ON COLUMN change.independent_reports IS 'reports behind it, copies folded';
COMMENT ON COLUMN change.evidence IS 'ids of the statements that carry it, independent reports first';
COMMENT ON COLUMN change.baseline_agreement IS 'the position in the baseline';
COMMENT ON COLUMN change."before" IS 'ids of the statements of the former position';
COMMENT ON COLUMN change.confidence IS '0 to 1';
COMMENT ON COLUMN change.reason IS 'why, in words';
COMMENT ON COLUMN change.from_condition IS 'condition of the former position';
COMMENT ON COLUMN change.to_condition IS 'condition of the new position';
COMMENT ON COLUMN change.run_id IS 'the pass that recorded it';
COMMENT ON COLUMN change.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE detection
    IS 'Up to which rows changes have been derived: the row numbers reached when a pass derived them';
COMMENT ON COLUMN detection.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN detection."step" IS '1 for the first state of this thing, 2 for the next ...; the highest counts';
COMMENT ON COLUMN detection.statement_mark IS 'last row of statement';
COMMENT ON COLUMN detection.review_mark IS 'last row of review';
COMMENT ON COLUMN detection.regrouping_mark IS 'last row of regrouping';
COMMENT ON COLUMN detection.coder_mark IS 'rows of coder';
COMMENT ON COLUMN detection.run_id IS 'the pass that recorded it';
COMMENT ON COLUMN detection.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE alert IS 'The outbox: a message to one recipient, written with the change it tells about';
COMMENT ON COLUMN alert.alert_id IS 'the alert; the Message-ID of a mail';
COMMENT ON COLUMN alert.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN alert.channel IS 'mail, webhook or apprise';
COMMENT ON COLUMN alert.recipient IS 'who gets it';
COMMENT ON COLUMN alert.topic IS 'what it is about: change, digest, correction, notice, test';
COMMENT ON COLUMN alert.payload IS 'what is sent, or what it is made of';
COMMENT ON COLUMN alert.not_before IS 'not sent before: quiet hours, digests';
COMMENT ON COLUMN alert.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE alert_change IS 'What each recipient has been told, once each';
COMMENT ON COLUMN alert_change.channel IS 'mail, webhook or apprise';
COMMENT ON COLUMN alert_change.recipient IS 'who gets it';
COMMENT ON COLUMN alert_change.change_id IS 'the change';
COMMENT ON COLUMN alert_change.told_as IS 'tentative, confirmed, corrected or restored';
COMMENT ON COLUMN alert_change.alert_id IS 'the alert; the Message-ID of a mail';
COMMENT ON COLUMN alert_change.actor IS 'canonical name of the actor';
COMMENT ON COLUMN alert_change.concept IS 'id of the concept in the codebook';
COMMENT ON COLUMN alert_change."kind" IS 'kind of the change as told';
COMMENT ON COLUMN alert_change.from_agreement IS 'the position before, -2 to +2';
COMMENT ON COLUMN alert_change.to_agreement IS 'the new position, -2 to +2';
COMMENT ON COLUMN alert_change.said_at IS 'day of the utterance; NULL: neither text nor publication tells';
COMMENT ON COLUMN alert_change.proposition IS 'the proposition that one can support or reject';

COMMENT ON TABLE alert_attempt IS 'Attempts to deliver';
COMMENT ON COLUMN alert_attempt.alert_id IS 'the alert; the Message-ID of a mail';
COMMENT ON COLUMN alert_attempt.attempt IS '1, 2, ...';
COMMENT ON COLUMN alert_attempt.outcome IS 'started, then sent, failed (tried again) or given_up';
COMMENT ON COLUMN alert_attempt.error IS 'what went wrong; NULL: nothing';
COMMENT ON COLUMN alert_attempt.next_try_at IS 'when it is due again';
COMMENT ON COLUMN alert_attempt.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE notice IS 'Warnings that a watch has gone blind, and recoveries';
COMMENT ON COLUMN notice.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN notice.topic IS 'what about';
COMMENT ON COLUMN notice."step" IS '1 for the first state of this thing, 2 for the next ...; the highest counts';
COMMENT ON COLUMN notice.state IS 'warned or recovered';
COMMENT ON COLUMN notice.detail IS 'in words';
COMMENT ON COLUMN notice.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE review IS 'What analysts decided, with name and reason; the views apply the last verdict';
COMMENT ON COLUMN review.review_id IS 'its identity';
COMMENT ON COLUMN review.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN review.subject IS 'statement, change or actor';
COMMENT ON COLUMN review.subject_id IS 'id of the statement or change, name of the actor';
COMMENT ON COLUMN review.verdict IS 'accept, reject, correct or merge';
COMMENT ON COLUMN review."name" IS 'who decided';
COMMENT ON COLUMN review.reason IS 'why, in words';
COMMENT ON COLUMN review.version_id IS 'version of the statement';
COMMENT ON COLUMN review.concept IS 'concept of the statement as coded';
COMMENT ON COLUMN review.content_start IS 'first character of the content in the version''s text';
COMMENT ON COLUMN review.content_end IS 'character after the last one of the content';
COMMENT ON COLUMN review.corrects IS 'which fields are corrected';
COMMENT ON COLUMN review.to_actor IS 'the right actor, or the one merged into';
COMMENT ON COLUMN review.to_concept IS 'the right concept';
COMMENT ON COLUMN review.to_agreement IS 'the right agreement';
COMMENT ON COLUMN review.to_said_at IS 'the right day';
COMMENT ON COLUMN review.to_condition IS 'the right condition';
COMMENT ON COLUMN review.recorded_at IS 'when the ledger learnt it';

COMMENT ON TABLE migration IS 'Which migrations were applied';
COMMENT ON COLUMN migration.version IS 'number of the migration';
COMMENT ON COLUMN migration."name" IS 'its name';
COMMENT ON COLUMN migration.applied_at IS 'when';

COMMENT ON VIEW current_watch IS 'Watches by their latest wording';
COMMENT ON VIEW current_concept IS 'Concepts in force';
COMMENT ON VIEW current_alias IS 'Aliases in force';
COMMENT ON VIEW current_actor IS 'Actors in force; the watch file comes before the texts';
COMMENT ON VIEW current_feed IS 'Feeds of the watch file';
COMMENT ON VIEW feed_state IS 'Feeds and their health';
COMMENT ON VIEW page_state IS 'Entries and how far their pages have come';
COMMENT ON VIEW version_group IS 'Which versions are copies of one another, now';
COMMENT ON VIEW current_change IS 'Changes as they stand now, with the analyst''s verdict';
COMMENT ON VIEW alert_state IS 'Alerts and how their delivery stands';
COMMENT ON VIEW run_log IS 'Passes and how they ended';
COMMENT ON VIEW attribution IS 'Who said what, as spans of a version''s text';
COMMENT ON VIEW current_statement
    IS 'The statements that count now: the accepted coder''s, with corrections applied and actors merged';
COMMENT ON VIEW counted_report IS 'The statements that positions are made of: copies folded, newest first';
COMMENT ON VIEW latest_positions
    IS 'Where everybody stands now; see positions_as_of(date) and positions_known_at(date) for other days';
COMMENT ON VIEW position_timeline IS 'The position after each day on which something was said';
COMMENT ON VIEW coverage_by_outlet IS 'What each outlet contributed';
COMMENT ON VIEW who_agrees_with_whom IS 'Pairs of actors: on how many concepts they agree or conflict';
COMMENT ON VIEW silent_edit IS 'Pages whose text was changed after publication, and in whose words';
