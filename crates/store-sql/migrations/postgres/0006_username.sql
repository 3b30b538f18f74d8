-- By which rule a name was made: 0 by an earlier version, which only trimmed and lower-cased it; 1 the same,
-- and what RFC 8265 makes of it is noted; 2 by RFC 8265. Nodes of an earlier version leave it at 0.
ALTER TABLE "user" ADD COLUMN name_rule bigint NOT NULL DEFAULT 0;

-- The other name that RFC 8265 has for one of an earlier version, whether or not an account has that name.
ALTER TABLE "user" ADD COLUMN precis_name text COLLATE "C";

CREATE INDEX user_of_precis_name ON "user" (precis_name) WHERE precis_name IS NOT NULL;

-- Names of which nothing is noted yet. ASCII without spaces needs no note: it has the same form in RFC 8265.
CREATE INDEX user_with_unnoted_name ON "user" (id) WHERE name_rule = 0 AND username ~ '[^!-~]';
