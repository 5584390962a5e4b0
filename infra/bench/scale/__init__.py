"""The long test: a company with millions of events among thousands of others, and a year of nights."""
