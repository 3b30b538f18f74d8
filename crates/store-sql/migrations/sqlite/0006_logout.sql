-- Clients that are still to be sent a logout token, because a session has ended in which they got an ID
-- token. Until it is due, a row belongs to the node that moved `due_at` last.
CREATE TABLE logout (
    session_id BLOB NOT NULL,
    client_id TEXT NOT NULL,
    user_id BLOB NOT NULL,
    ended_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, client_id)
) WITHOUT ROWID;

CREATE INDEX logout_of_client ON logout (client_id, due_at);
