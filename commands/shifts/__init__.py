"""Shifts: what is decided about a till's drawer."""
