"""Seals: what a log was at a moment, in a few signed lines that anybody can hold against it later."""
