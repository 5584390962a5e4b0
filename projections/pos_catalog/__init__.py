"""The catalog as tills keep it: what changed for them, in the order of the log."""
