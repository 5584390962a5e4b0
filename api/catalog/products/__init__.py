"""Products: the catalog, one product with its life, its variants."""
