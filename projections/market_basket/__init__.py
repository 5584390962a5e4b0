"""What is bought together: baskets of a company in memory, counted exactly and measured."""
