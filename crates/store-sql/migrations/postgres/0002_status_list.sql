-- A grant's place in the status lists; those that were made before have none.
ALTER TABLE "grant" ADD COLUMN status_index bigint;

-- Of dead grants only: making and refreshing one touches it not.
CREATE INDEX grant_of_status ON "grant" (status_index) WHERE revoked_at IS NOT NULL;

-- Places are leased in blocks, by whichever node needs one.
ALTER TABLE meta ADD COLUMN next_status_index bigint NOT NULL DEFAULT 0;
