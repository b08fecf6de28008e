-- Times are milliseconds since 1970-01-01 UTC.

-- Facts about this database. database_id makes the ids of stanzas unguessable for whoever has not seen one.
CREATE TABLE property (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO property (name, value) VALUES ('database_id', lower(hex(randomblob(12))));

CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The inbox. state: 0 waiting, 1 running, 2 finished, 3 parked: answered because its plugin did not come, and still to be run when it comes, 4 scheduled.
CREATE TABLE task (
  arrival INTEGER PRIMARY KEY,
  task_id INTEGER NOT NULL UNIQUE,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
  received_at INTEGER NOT NULL,
  finished_at INTEGER,
  plugin TEXT NOT NULL,
  plugin_version TEXT,
  command TEXT NOT NULL,
  response_code TEXT,
  parameters TEXT,
  file_server TEXT,
  CHECK ((state = 2) = (finished_at IS NOT NULL)),
  CHECK (state <> 2 OR (parameters IS NULL AND file_server IS NULL))
) STRICT;

-- The predicate does not name state, so that a start does not touch the index.
CREATE INDEX task_unfinished ON task (arrival) WHERE finished_at IS NULL;

CREATE INDEX task_parked ON task (plugin, arrival) WHERE state = 3;

-- When scheduled tasks run. next_at: the occurrence that comes next, NULL when the schedule ends with the run that is going on; due_at: when this machine runs
-- it; last_at: the latest occurrence that was dealt with.
CREATE TABLE schedule (
  task_id INTEGER PRIMARY KEY,
  cron TEXT NOT NULL,
  next_at INTEGER,
  due_at INTEGER,
  last_at INTEGER,
  CHECK ((next_at IS NULL) = (due_at IS NULL))
) STRICT;

-- One record an occurrence, so that none is run twice. started_at is NULL when it was not run, ended_at while it is going on.
CREATE TABLE run (
  task_id INTEGER NOT NULL,
  planned_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  code TEXT,
  PRIMARY KEY (task_id, planned_at),
  CHECK ((ended_at IS NULL) = (code IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX run_going ON run (task_id) WHERE ended_at IS NULL;

-- Updates of schedules whose task has not come. cron is NULL when it is cancelled.
CREATE TABLE schedule_update (
  task_id INTEGER PRIMARY KEY,
  cron TEXT,
  received_at INTEGER NOT NULL
) STRICT;

-- What plugins remember.
CREATE TABLE plugin_data (
  plugin TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (plugin, key)
) STRICT, WITHOUT ROWID;

-- State of grains that messages tell of. kind: what it is about; name: the key within the kind.
CREATE TABLE document (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- state: 0 pending, 1 sent. AUTOINCREMENT: the id of a row that is gone never comes back, so a late receipt cannot remove another message.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 1),
  is_final INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  size INTEGER NOT NULL,
  sequence INTEGER,
  stream_id TEXT,
  body TEXT NOT NULL
) STRICT;

CREATE INDEX outbox_pending ON outbox (id, not_before) WHERE state = 0;

CREATE INDEX outbox_not_final ON outbox (id) WHERE is_final = 0;

-- The one stream that can be resumed (XEP-0198). acknowledged: how many of our stanzas the server has said it has.
CREATE TABLE stream (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  stream_id TEXT NOT NULL,
  bound_jid TEXT NOT NULL,
  handled INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  acknowledged INTEGER NOT NULL DEFAULT 0
) STRICT;

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

-- The state of grains. A row that was cleared keeps its version, so that an old etag stays old.
CREATE TABLE grain_state (
  id INTEGER PRIMARY KEY,
  grain_type TEXT NOT NULL,
  n0 INTEGER NOT NULL,
  n1 INTEGER NOT NULL,
  extension TEXT NOT NULL,
  service_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  payload BLOB,
  UNIQUE (grain_type, n0, n1, extension, service_id)
) STRICT;

-- Orleans' ADO.NET storage reads its statements from this table; the names of the table, its columns and the keys are Orleans'.
CREATE TABLE OrleansQuery (
  QueryKey TEXT PRIMARY KEY,
  QueryText TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('ReadFromStorageKey', '
SELECT payload AS PayloadBinary, version AS Version
FROM grain_state
WHERE grain_type = @GrainTypeString AND n0 = @GrainIdN0 AND n1 = @GrainIdN1
  AND extension = ifnull(@GrainIdExtensionString, '''') AND service_id = @ServiceId'),
('WriteToStorageKey', '
INSERT INTO grain_state (grain_type, n0, n1, extension, service_id, version, payload)
SELECT @GrainTypeString, @GrainIdN0, @GrainIdN1, ifnull(@GrainIdExtensionString, ''''), @ServiceId, 1, @PayloadBinary
WHERE @GrainStateVersion IS NULL OR EXISTS (
  SELECT 1 FROM grain_state
  WHERE grain_type = @GrainTypeString AND n0 = @GrainIdN0 AND n1 = @GrainIdN1
    AND extension = ifnull(@GrainIdExtensionString, '''') AND service_id = @ServiceId)
ON CONFLICT (grain_type, n0, n1, extension, service_id) DO UPDATE
SET payload = excluded.payload, version = version + 1 WHERE version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion'),
('ClearStorageKey', '
UPDATE grain_state SET payload = NULL, version = version + 1
WHERE grain_type = @GrainTypeString AND n0 = @GrainIdN0 AND n1 = @GrainIdN1
  AND extension = ifnull(@GrainIdExtensionString, '''') AND service_id = @ServiceId AND version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion'),
('DeleteStorageKey', '
DELETE FROM grain_state
WHERE grain_type = @GrainTypeString AND n0 = @GrainIdN0 AND n1 = @GrainIdN1
  AND extension = ifnull(@GrainIdExtensionString, '''') AND service_id = @ServiceId AND version = @GrainStateVersion
RETURNING version + 1 AS NewGrainStateVersion');
