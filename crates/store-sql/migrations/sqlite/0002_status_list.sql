-- A grant's place in the status lists; those that were made before have none.
ALTER TABLE "grant" ADD COLUMN status_index INTEGER;

-- Of dead grants only: making and refreshing one touches it not.
CREATE INDEX grant_status ON "grant" (status_index) WHERE revoked_at IS NOT NULL;

-- Places are leased in blocks.
ALTER TABLE meta ADD COLUMN next_status_index INTEGER NOT NULL DEFAULT 0;
