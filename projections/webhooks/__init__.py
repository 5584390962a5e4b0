"""Webhooks as they are listed, how far each has come, and what was sent."""
