"""Logs that are filled with what was recorded elsewhere: companies that are moved here, and copies."""
