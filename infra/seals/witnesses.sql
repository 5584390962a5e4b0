-- Who else saw a seal: the line that a witness signed, and when by their clock.
CREATE TABLE seal_witnesses (
    company_id  uuid NOT NULL,
    epoch       integer NOT NULL,
    size        bigint NOT NULL,
    vkey        text NOT NULL,
    line        text NOT NULL,
    cosigned_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, epoch, vkey, size)
);
