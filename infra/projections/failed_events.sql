-- How often a read model was tried at the event after this position, at which it was parked.
ALTER TABLE projection_checkpoints ADD COLUMN attempts integer NOT NULL DEFAULT 0;
ALTER TABLE projection_checkpoints ADD COLUMN tried_position bigint;

-- Events that a person had a read model pass over, who, why, and what was wrong; until it is made anew (`mended_at`) its
-- rows are not those of the log.
CREATE TABLE skipped_events (
    company_id uuid NOT NULL,
    projection text NOT NULL,
    position   bigint NOT NULL,
    error      text NOT NULL,
    reason     text NOT NULL,
    user_id    uuid,
    skipped_at timestamptz NOT NULL,
    mended_at  timestamptz,
    PRIMARY KEY (company_id, projection, position)
);
CREATE INDEX skipped_events_not_mended ON skipped_events (company_id, projection) WHERE mended_at IS NULL;
