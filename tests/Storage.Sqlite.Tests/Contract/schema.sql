CREATE INDEX outbox_not_final ON outbox (id) WHERE is_final = 0;

CREATE INDEX outbox_pending ON outbox (id, not_before) WHERE state = 0;

CREATE INDEX run_going ON run (task_id) WHERE ended_at IS NULL;

CREATE INDEX task_parked ON task (plugin, arrival) WHERE state = 3;

CREATE INDEX task_unfinished ON task (arrival) WHERE finished_at IS NULL;

CREATE TABLE OrleansQuery (
  QueryKey TEXT PRIMARY KEY,
  QueryText TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE plugin_data (
  plugin TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (plugin, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE property (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reminder (
  grain_hash INTEGER NOT NULL CHECK (grain_hash BETWEEN 0 AND 4294967295),
  grain_id TEXT NOT NULL,
  name TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  period INTEGER NOT NULL,
  etag INTEGER NOT NULL,
  PRIMARY KEY (grain_hash, grain_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  task_id INTEGER NOT NULL,
  planned_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  code TEXT,
  PRIMARY KEY (task_id, planned_at),
  CHECK ((ended_at IS NULL) = (code IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE schedule (
  task_id INTEGER PRIMARY KEY,
  cron TEXT NOT NULL,
  next_at INTEGER,
  due_at INTEGER,
  last_at INTEGER,
  CHECK ((next_at IS NULL) = (due_at IS NULL))
) STRICT;

CREATE TABLE schedule_update (
  task_id INTEGER PRIMARY KEY,
  cron TEXT,
  received_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE stream (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  stream_id TEXT NOT NULL,
  bound_jid TEXT NOT NULL,
  handled INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  acknowledged INTEGER NOT NULL DEFAULT 0
) STRICT;

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
