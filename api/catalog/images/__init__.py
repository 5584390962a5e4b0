"""Pictures: those of a product, and each by itself for anyone."""
