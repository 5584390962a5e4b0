"""The same decisions about product import, over PostgreSQL."""

from tests.commands.test_product_import import *  # noqa: F403 each of its tests runs again here

# What happens meanwhile happens in memory only.
del TestWhatHappensMeanwhile  # noqa: F821 it came with the others
