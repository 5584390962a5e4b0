-- Up to which seal a company's auditor was written to, and when that was last.
CREATE TABLE seal_letters (
    company_id uuid PRIMARY KEY,
    epoch      integer NOT NULL,
    size       bigint NOT NULL,
    sent_at    timestamptz NOT NULL
);
