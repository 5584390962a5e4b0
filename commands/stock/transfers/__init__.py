"""Transfers: planned by either side, sent by the one, received by the other."""
