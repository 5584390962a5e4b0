"""Products by where they stand in their life."""
