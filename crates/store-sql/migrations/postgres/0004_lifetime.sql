-- With which lifetimes nodes issue, and until when they may: whatever forgets asks here how long a token
-- can live.
CREATE TABLE lifetime (
    kind text COLLATE "C" NOT NULL,
    milliseconds bigint NOT NULL,
    until bigint NOT NULL,
    PRIMARY KEY (kind, milliseconds)
);

-- What was issued before this version is not known: no token lived for more than a day. Nodes of that
-- version may go on for another day.
INSERT INTO lifetime (kind, milliseconds, until)
    SELECT kind, 86400000, CAST(extract(epoch FROM now()) AS bigint) * 1000 + 86400000
    FROM (SELECT 'access_token' AS kind UNION ALL SELECT 'id_token') AS kinds
    WHERE EXISTS (SELECT 1 FROM meta WHERE key_check IS NOT NULL);

-- The configuration's accounts that were made once. Any account that is there may be one of them.
CREATE TABLE seed (
    username text COLLATE "C" NOT NULL PRIMARY KEY,
    sown_at bigint NOT NULL
);

INSERT INTO seed (username, sown_at) SELECT username, created_at FROM "user";

-- When roles or the administrator's right were last taken away.
ALTER TABLE "user" ADD COLUMN rights_reduced_at bigint;
