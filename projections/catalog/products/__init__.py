"""The catalog as it is sold from."""

from projections.catalog.products.products import USES, Products

__all__ = ["USES", "Products"]
