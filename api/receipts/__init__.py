"""Receipts: what is printed for the customer, as data, as a page, on paper and for printers."""
