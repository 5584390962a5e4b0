"""Bringing a database to this version."""
