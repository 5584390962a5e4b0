"""What every kind of event is told as, in every language of stories."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from api.audit.stories.areas.catalog import BRANDS, CATEGORIES, UNITS, VARIANT_TYPES
from api.audit.stories.areas.common import Sentences, Texts
from api.audit.stories.areas.companies import COMPANIES, PACKAGES
from api.audit.stories.areas.credit import ACCOUNTS, STORE_CREDIT
from api.audit.stories.areas.fiscal import CLOSINGS
from api.audit.stories.areas.logs import LOGS
from api.audit.stories.areas.money import PAYMENT_METHODS, TAX_RATES
from api.audit.stories.areas.orders import HELD_SALES, ORDERS
from api.audit.stories.areas.outgoing import MESSAGES, REPORT_SCHEDULES, WEBHOOKS
from api.audit.stories.areas.people import CUSTOMERS, GROUPS, USERS
from api.audit.stories.areas.places import DEVICES, REGISTERS, STORAGES, STORES
from api.audit.stories.areas.products import PRODUCTS
from api.audit.stories.areas.shifts import SHIFTS
from api.audit.stories.areas.stock import COUNTS, MOVEMENTS, REORDER_POINTS, RESERVATIONS
from api.audit.stories.areas.supply import PURCHASE_ORDERS, SUPPLIERS, TRANSFERS
from api.audit.stories.areas.tills import TILL_OPERATIONS

_AREAS: tuple[Sentences, ...] = (
    *(BRANDS, CATEGORIES, UNITS, VARIANT_TYPES, PRODUCTS),
    *(STORES, STORAGES, REGISTERS, DEVICES, COMPANIES, PACKAGES),
    *(USERS, CUSTOMERS, GROUPS, ACCOUNTS, STORE_CREDIT),
    *(ORDERS, HELD_SALES, SHIFTS, TILL_OPERATIONS, TAX_RATES, PAYMENT_METHODS),
    *(MOVEMENTS, COUNTS, RESERVATIONS, REORDER_POINTS, SUPPLIERS, PURCHASE_ORDERS, TRANSFERS),
    *(REPORT_SCHEDULES, MESSAGES, WEBHOOKS),
    *(LOGS, CLOSINGS),
)

#: By the type of an event, its sentence in each language.
TEXTS: Mapping[str, Texts] = MappingProxyType({name: told for area in _AREAS for name, told in area.items()})


class EventWithoutSentence(Exception):
    """An event has no sentence, so its history could not be told; the code is wrong."""


def check_sentences(event_types: Iterable[str]) -> None:
    """Raise EventWithoutSentence where one of these types is told nowhere."""
    if without := {*event_types} - TEXTS.keys():
        raise EventWithoutSentence(", ".join(sorted(without)))
