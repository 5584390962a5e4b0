"""What is the same for every company: roles, permissions, statuses, currencies, time zones."""

from functools import cache
from typing import get_args
from zoneinfo import available_timezones

from domain.catalog.products import STATUSES
from domain.money import CURRENCIES, exponent
from domain.orders import OrderStatus
from domain.permissions import PERMISSIONS, ROLES
from projections.base import Row


def roles() -> list[Row]:
    """The roles, from the platform down."""
    return [{"id": role, "label": role} for role in ROLES]


@cache
def permissions() -> list[Row]:
    """The permission keys, each with what it allows."""
    return [{"id": key, "label": allows} for key, (allows, _) in sorted(PERMISSIONS.items())]


def order_statuses() -> list[Row]:
    """Where an order may stand."""
    return [_named(status) for status in get_args(OrderStatus)]


def product_statuses() -> list[Row]:
    """Where a product may stand in its life."""
    return [_named(status) for status in STATUSES]


@cache
def currencies() -> list[Row]:
    """The currencies, each with the number of decimal places of its minor unit."""
    return [{"id": code, "label": code, "exponent": exponent(code)} for code in CURRENCIES]


@cache
def timezones() -> list[Row]:
    """The zones of the IANA database."""
    return [{"id": zone, "label": zone} for zone in sorted(available_timezones())]


def _named(status: str) -> Row:
    return {"id": status, "label": status.replace("_", " ").capitalize()}
