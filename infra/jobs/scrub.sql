-- What the planner keeps of a column are some of its values, and these may tell of persons long after they were erased.

ALTER TABLE idempotency_keys ALTER COLUMN body SET STATISTICS 0;
ALTER TABLE waiting_operations ALTER COLUMN operation SET STATISTICS 0;
ALTER TABLE subject_keys ALTER COLUMN wrapped SET STATISTICS 0;
