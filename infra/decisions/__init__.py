"""Decisions as transactions: everything a command reads, locks and records is one."""
