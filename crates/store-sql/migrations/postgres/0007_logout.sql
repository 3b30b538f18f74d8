-- Clients that are still to be sent a logout token, because a session has ended in which they got an ID
-- token. Until it is due, a row belongs to the node that moved `due_at` last.
CREATE TABLE logout (
    session_id bytea NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    user_id bytea NOT NULL,
    ended_at bigint NOT NULL,
    attempts bigint NOT NULL,
    due_at bigint NOT NULL,
    PRIMARY KEY (session_id, client_id)
) WITH (fillfactor = 80);

CREATE INDEX logout_of_client ON logout (client_id, due_at);
