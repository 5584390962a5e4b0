"""Receipts for whoever holds one: its QR code leads here, and to the proof that the shop cannot change it."""
