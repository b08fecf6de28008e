-- Orleans' reminders. start_at and period count 100 ns (since 0001-01-01 UTC): Orleans compares what it reads with what it has written.
-- etag is drawn anew with every write, so that the one of a row that is gone does not fit a later row of the same name.
CREATE TABLE reminder (
  grain_hash INTEGER NOT NULL CHECK (grain_hash BETWEEN 0 AND 4294967295),
  grain_id TEXT NOT NULL,
  name TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  period INTEGER NOT NULL,
  etag INTEGER NOT NULL,
  PRIMARY KEY (grain_hash, grain_id, name)
) STRICT, WITHOUT ROWID;
