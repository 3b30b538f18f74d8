-- Pages of one person's sessions and grants, newest first: a page costs the same however many there are.
-- `session_of_user` and `grant_of_user` are not needed beside them, and stay for the version before.
CREATE INDEX session_page ON session (user_id, id);
CREATE INDEX grant_page ON "grant" (user_id, id);
