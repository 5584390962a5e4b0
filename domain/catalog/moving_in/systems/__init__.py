"""The systems that shops come from, each in a module: its columns, and what its rows mean."""
