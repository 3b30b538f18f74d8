-- Times are UTC milliseconds; identifiers are the 16 bytes of a UUIDv7, so that new rows come last.
-- Secrets are here only as digests, private keys only wrapped.

CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL,
    key_check BLOB
);

INSERT INTO meta (one, epoch) VALUES (1, 1);

CREATE TABLE client (
    client_id TEXT NOT NULL PRIMARY KEY,
    epoch INTEGER NOT NULL,
    origin TEXT NOT NULL,
    secrets BLOB NOT NULL,
    metadata TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE "user" (
    id BLOB NOT NULL PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    roles TEXT NOT NULL,
    administrator INTEGER NOT NULL,
    claims TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    disabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE credential (
    user_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (user_id, kind)
) WITHOUT ROWID;

CREATE TABLE session (
    id BLOB NOT NULL PRIMARY KEY,
    cookie BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL,
    auth_time INTEGER NOT NULL,
    amr TEXT NOT NULL,
    last_seen INTEGER NOT NULL,
    ended_at INTEGER
) WITHOUT ROWID;

CREATE INDEX session_user ON session (user_id);

CREATE TABLE consent (
    user_id BLOB NOT NULL,
    client_id TEXT NOT NULL,
    redirect_host TEXT NOT NULL,
    allowed TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    PRIMARY KEY (user_id, client_id, redirect_host)
) WITHOUT ROWID;

-- No index holds a column that a rotation changes.
CREATE TABLE "grant" (
    id BLOB NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    user_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    offline INTEGER NOT NULL,
    terms TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attempt BLOB NOT NULL,
    anchor INTEGER,
    current INTEGER NOT NULL,
    rotated_at INTEGER NOT NULL,
    reissues INTEGER NOT NULL,
    retried INTEGER NOT NULL,
    retry_run INTEGER NOT NULL,
    revoked_at INTEGER,
    revoke_reason TEXT
) WITHOUT ROWID;

CREATE INDEX grant_user ON "grant" (user_id);
CREATE INDEX grant_session ON "grant" (session_id);
CREATE INDEX grant_client ON "grant" (client_id);

CREATE TABLE used (
    digest BLOB NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX used_until ON used (until);

CREATE TABLE "key" (
    kid TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    version INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    public_jwk TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    active_from INTEGER NOT NULL,
    dropped_at INTEGER,
    UNIQUE (purpose, version)
) WITHOUT ROWID;

CREATE TABLE event (
    id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    client_id TEXT,
    user_id BLOB,
    grant_id BLOB,
    address TEXT,
    trace_id TEXT NOT NULL,
    detail TEXT NOT NULL
) WITHOUT ROWID;

-- Positions are in commit order: there is one writer.
CREATE TABLE feed (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    value BLOB NOT NULL,
    at INTEGER NOT NULL,
    until INTEGER NOT NULL
);

CREATE INDEX feed_subject ON feed (kind, value);
