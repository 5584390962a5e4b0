"""What a product's variants cost, in single stores and over time."""
