"""Fiscal facts as they are made and looked up."""
