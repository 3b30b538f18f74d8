-- Which clients changed, each with the number of the version that their change made: a node reads those
-- again and no others. What no node needs any more is deleted by the nodes.
CREATE TABLE client_change (
    number bigint NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (number, client_id)
);

-- The row of the version stays locked until the transaction ends, so that numbers are in the order of
-- commits.
CREATE FUNCTION note_client_change() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    WITH counted AS (
        UPDATE version SET number = number + 1 WHERE topic = ''client'' RETURNING number
    )
    INSERT INTO client_change (number, client_id)
        SELECT counted.number, changed.client_id FROM counted, changed;
    RETURN NULL;
END';

CREATE TRIGGER client_made AFTER INSERT ON client
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_client_change();
CREATE TRIGGER client_edited AFTER UPDATE ON client
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_client_change();
CREATE TRIGGER client_deleted AFTER DELETE ON client
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_client_change();
