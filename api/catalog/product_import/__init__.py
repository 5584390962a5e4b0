"""Importing the catalog from a CSV file."""
