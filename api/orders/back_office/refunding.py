"""Refunds of an order in the back office: as at the till."""

from api.orders.refunds import OrderRefunds


class BackOfficeRefunds(OrderRefunds):
    """Refunds of an order, given in the back office."""
