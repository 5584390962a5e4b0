"""What dashboards show: tiles of sections, and the few counts of now that no section has."""
