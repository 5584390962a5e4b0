"""The checks of `mipos doctor`, each a small function."""
