-- When a read model of a company was last compared with its log, up to where, and how many rows differed that were
-- not made anew since.
CREATE TABLE projection_verifications (
    company_id  uuid NOT NULL,
    projection  text NOT NULL,
    position    bigint NOT NULL,
    differing   bigint NOT NULL,
    verified_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, projection)
);
