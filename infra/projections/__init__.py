"""Keeping read models true to the log: followed live, rebuilt from the first fact, checked row by row."""
