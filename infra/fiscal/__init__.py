"""Devices that sign receipts."""
