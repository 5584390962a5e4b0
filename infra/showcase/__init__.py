"""Sales to look at: a company made up, and a real history."""
