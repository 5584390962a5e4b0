-- When the stores of each company are looked at again for what they have to close: a hint, which may be lost.
CREATE TABLE fiscal_rounds (
    company_id uuid PRIMARY KEY,
    due_at     timestamptz NOT NULL
) WITH (fillfactor = 70);
