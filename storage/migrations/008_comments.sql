-- The two views that a snapshot holds as tables, column by column.

COMMENT ON COLUMN counted_report.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN counted_report.actor IS 'who says it';
COMMENT ON COLUMN counted_report.concept IS 'what it is about';
COMMENT ON COLUMN counted_report.agreement IS 'from -2 (rejects) to +2 (demands or supports)';
COMMENT ON COLUMN counted_report.condition IS 'the condition that is named';
COMMENT ON COLUMN counted_report.said_at IS 'the day on which it was said';
COMMENT ON COLUMN counted_report.id IS 'the statement''s id';
COMMENT ON COLUMN counted_report.outlet IS 'who published it';
COMMENT ON COLUMN counted_report.copy_group IS 'texts that are copies of one another share it';
COMMENT ON COLUMN counted_report.fresh_weight IS 'what it weighs on its day; half as much every seven days later';
COMMENT ON COLUMN counted_report.place IS '1 for the actor''s newest on the concept, 2 for the one before it ...';

COMMENT ON COLUMN latest_positions.watch_id IS 'the watch that it belongs to';
COMMENT ON COLUMN latest_positions.actor IS 'who stands there';
COMMENT ON COLUMN latest_positions.concept IS 'what it is about';
COMMENT ON COLUMN latest_positions.agreement IS 'the score, rounded: from -2 (rejects) to +2 (demands or supports)';
COMMENT ON COLUMN latest_positions.score IS 'weighted mean of the statements'' agreements';
COMMENT ON COLUMN latest_positions.confidence IS '0 to 1: how much weight there is, and what share of it is on this side';
COMMENT ON COLUMN latest_positions.since IS 'since when the actor has been on this side';
COMMENT ON COLUMN latest_positions.said_at IS 'the day of the newest statement';
COMMENT ON COLUMN latest_positions.reports IS 'outlets that report this side, copies counted once';
COMMENT ON COLUMN latest_positions.condition IS 'the condition that the newest statement on this side names';
COMMENT ON COLUMN latest_positions.statements IS 'ids of the statements, newest first';
