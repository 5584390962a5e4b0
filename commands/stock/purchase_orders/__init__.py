"""Commands about purchase orders."""
