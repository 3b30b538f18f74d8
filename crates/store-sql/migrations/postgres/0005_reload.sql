-- When a key was retired without a successor, because its algorithm left the configuration.
ALTER TABLE "key" ADD COLUMN retired_at bigint;

-- Set while a client of the configuration is missing there.
ALTER TABLE client ADD COLUMN disabled bigint NOT NULL DEFAULT 0;

-- APIs that were added to a running server, beside those of the configuration.
CREATE TABLE resource (
    identifier text COLLATE "C" NOT NULL PRIMARY KEY,
    epoch bigint NOT NULL,
    metadata text NOT NULL
);

INSERT INTO version (topic, number) VALUES ('resource', 0);

CREATE TRIGGER resource_changed AFTER INSERT OR UPDATE OR DELETE ON resource
    FOR EACH STATEMENT EXECUTE FUNCTION note_change();

-- The names of deleted accounts, which only the events of their deletion know.
CREATE INDEX event_deleted_user ON event (user_id) WHERE kind = 'user.deleted';
CREATE INDEX event_deleted_name ON event (detail) WHERE kind = 'user.deleted';
