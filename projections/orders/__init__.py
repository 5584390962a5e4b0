"""Orders as they are found again."""

from projections.orders.orders import OPEN_OF_CUSTOMER, Orders

__all__ = ["OPEN_OF_CUSTOMER", "Orders"]
