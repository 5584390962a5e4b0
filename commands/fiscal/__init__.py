"""Fiscal facts."""
