"""Files that shops hand in: pictures, and sheets to import."""
