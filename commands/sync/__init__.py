"""Sync: taking over what tills did without a connection."""
