"""Shifts as they are decided on and found again."""
