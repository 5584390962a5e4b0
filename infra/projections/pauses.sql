-- Since when a read model rests because a person said so: for a company, and, if for all, for those founded later too.
ALTER TABLE projection_checkpoints ADD COLUMN paused_at timestamptz;
ALTER TABLE projection_models ADD COLUMN paused_at timestamptz;
