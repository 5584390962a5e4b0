"""Read models built beside those that answer: in a schema of their own, from the log, for every company."""
