"""What proves a log to strangers: its key, files of it, and how these are verified."""
