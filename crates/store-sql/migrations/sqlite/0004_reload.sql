-- When a key was retired without a successor, because its algorithm left the configuration.
ALTER TABLE "key" ADD COLUMN retired_at INTEGER;

-- Set while a client of the configuration is missing there.
ALTER TABLE client ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;

-- APIs that were added to a running server, beside those of the configuration.
CREATE TABLE resource (
    identifier TEXT NOT NULL PRIMARY KEY,
    epoch INTEGER NOT NULL,
    metadata TEXT NOT NULL
) WITHOUT ROWID;

-- The names of deleted accounts, which only the events of their deletion know.
CREATE INDEX event_deleted_user ON event (user_id) WHERE kind = 'user.deleted';
CREATE INDEX event_deleted_name ON event (detail) WHERE kind = 'user.deleted';
