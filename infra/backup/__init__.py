"""Backups: the log and what no log holds, written beside a shop that sells, and brought back elsewhere."""
