"""Webhooks beside the log: their secrets, how far each has come, and what is sent."""
