"""A company to look at: three shops with a catalog, stock, people, and two months of sales."""

from infra.showcase.demo.company import make_demo

__all__ = ["make_demo"]
