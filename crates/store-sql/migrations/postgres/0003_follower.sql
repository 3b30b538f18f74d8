-- Who follows revocations at which node, so that each can say it of all. Not worth a place in the
-- write-ahead log: whoever follows says it again within a minute.
CREATE UNLOGGED TABLE follower (
    client_id text NOT NULL,
    instance text NOT NULL,
    kids text NOT NULL,
    seen_at bigint NOT NULL,
    PRIMARY KEY (client_id, instance)
);
