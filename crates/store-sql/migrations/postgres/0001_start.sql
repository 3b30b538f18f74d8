-- Times are UTC milliseconds; identifiers are the 16 bytes of a UUIDv7, so that new rows come last.
-- Secrets are here only as digests, private keys only wrapped. Every number is a bigint, every flag
-- 0 or 1: the statements are those of the SQLite store.

CREATE TABLE meta (
    one bigint PRIMARY KEY CHECK (one = 1),
    epoch bigint NOT NULL,
    key_check bytea
);

INSERT INTO meta (one, epoch) VALUES (1, 1);

CREATE TABLE client (
    client_id text NOT NULL PRIMARY KEY,
    epoch bigint NOT NULL,
    origin text NOT NULL,
    secrets bytea NOT NULL,
    metadata text NOT NULL
);

CREATE TABLE "user" (
    id bytea NOT NULL PRIMARY KEY,
    username text COLLATE "C" NOT NULL UNIQUE,
    roles text NOT NULL,
    administrator bigint NOT NULL,
    claims text NOT NULL,
    epoch bigint NOT NULL,
    disabled bigint NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE credential (
    user_id bytea NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (user_id, kind)
);

-- Sessions are seen and renewed: room for the new version of a row beside the old one.
CREATE TABLE session (
    id bytea NOT NULL PRIMARY KEY,
    cookie bytea NOT NULL UNIQUE,
    user_id bytea NOT NULL,
    auth_time bigint NOT NULL,
    amr text NOT NULL,
    last_seen bigint NOT NULL,
    ended_at bigint
) WITH (fillfactor = 80);

CREATE INDEX session_of_user ON session (user_id);

CREATE TABLE consent (
    user_id bytea NOT NULL,
    client_id text NOT NULL,
    redirect_host text NOT NULL,
    allowed text NOT NULL,
    granted_at bigint NOT NULL,
    epoch bigint NOT NULL,
    PRIMARY KEY (user_id, client_id, redirect_host)
);

-- No index holds a column that a rotation changes, and a page has room for a new version of each
-- row: a rotation touches one page and no index (heap-only tuples).
CREATE TABLE "grant" (
    id bytea NOT NULL PRIMARY KEY,
    client_id text NOT NULL,
    user_id bytea NOT NULL,
    session_id bytea NOT NULL,
    offline bigint NOT NULL,
    terms text NOT NULL,
    created_at bigint NOT NULL,
    attempt bytea NOT NULL,
    anchor bigint,
    current bigint NOT NULL,
    rotated_at bigint NOT NULL,
    reissues bigint NOT NULL,
    retried bigint NOT NULL,
    retry_run bigint NOT NULL,
    revoked_at bigint,
    revoke_reason text
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX grant_of_user ON "grant" (user_id);
CREATE INDEX grant_of_session ON "grant" (session_id);
CREATE INDEX grant_of_client ON "grant" (client_id);

CREATE TABLE used (
    digest bytea NOT NULL PRIMARY KEY,
    until bigint NOT NULL
);

CREATE INDEX used_until ON used (until);

CREATE TABLE "key" (
    kid text NOT NULL PRIMARY KEY,
    purpose text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    wrapped bytea NOT NULL,
    public_jwk text NOT NULL,
    created_at bigint NOT NULL,
    active_from bigint NOT NULL,
    dropped_at bigint,
    UNIQUE (purpose, version)
);

CREATE TABLE event (
    id bytea NOT NULL PRIMARY KEY,
    at bigint NOT NULL,
    kind text NOT NULL,
    client_id text,
    user_id bytea,
    grant_id bytea,
    address text,
    trace_id text NOT NULL,
    detail text NOT NULL
);

-- Positions are in commit order: each takes the next number from one row, which stays locked until
-- its transaction has ended. A sequence would not do: its numbers are taken before the commit.
CREATE TABLE feed_head (
    one bigint PRIMARY KEY CHECK (one = 1),
    position bigint NOT NULL
) WITH (fillfactor = 10);

INSERT INTO feed_head (one, position) VALUES (1, 0);

CREATE FUNCTION next_feed_position() RETURNS bigint LANGUAGE sql VOLATILE AS
    'UPDATE feed_head SET position = position + 1 WHERE one = 1 RETURNING position';

CREATE TABLE feed (
    position bigint PRIMARY KEY DEFAULT next_feed_position(),
    kind text NOT NULL,
    value bytea NOT NULL,
    at bigint NOT NULL,
    until bigint NOT NULL
);

CREATE INDEX feed_subject ON feed (kind, value);

-- Ends a transaction whose compare-and-swap changed no row.
CREATE FUNCTION swapped(rows bigint) RETURNS bigint LANGUAGE plpgsql AS '
BEGIN
    IF rows <> 1 THEN
        RAISE EXCEPTION ''a concurrent request of airside was first'' USING ERRCODE = ''AS001'';
    END IF;
    RETURN rows;
END';

-- What every node keeps in memory, and how often it has changed; a change also tells the nodes.
CREATE TABLE version (
    topic text PRIMARY KEY,
    number bigint NOT NULL
);

INSERT INTO version (topic, number) VALUES ('client', 0), ('key', 0);

CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    UPDATE version SET number = number + 1 WHERE topic = TG_TABLE_NAME;
    PERFORM pg_notify(''airside'', TG_TABLE_NAME);
    RETURN NULL;
END';

CREATE TRIGGER client_changed AFTER INSERT OR UPDATE OR DELETE ON client
    FOR EACH STATEMENT EXECUTE FUNCTION note_change();
CREATE TRIGGER key_changed AFTER INSERT OR UPDATE OR DELETE ON "key"
    FOR EACH STATEMENT EXECUTE FUNCTION note_change();
