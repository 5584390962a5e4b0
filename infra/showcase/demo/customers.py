"""The demo company's customers: regulars of its shops, in two groups."""

from collections.abc import Callable, Iterator
from uuid import UUID

from domain.aggregate import Aggregate
from domain.customer_groups import CustomerGroup
from domain.customers import Customer
from infra.decisions.bulk import first_fact

GROUPS = ("Regulars", "Trade")
#: Name, telephone number, and the group of each.
CUSTOMERS = (
    ("Anna Berger", "+49 30 5550101", "Regulars"),
    ("Café Morgenrot", "+49 30 5550102", "Trade"),
    ("David Krüger", "+49 30 5550103", "Regulars"),
    ("Elif Demir", "+49 30 5550104", "Regulars"),
    ("Friedrich Lange", "+49 30 5550105", "Regulars"),
    ("Hotel am See", "+49 30 5550106", "Trade"),
    ("Ines Moreau", "+49 30 5550107", "Regulars"),
    ("Jonas Weber", "+49 30 5550108", "Regulars"),
    ("Kita Sonnenblume", "+49 30 5550109", "Trade"),
    ("Linh Nguyen", "+49 30 5550110", "Regulars"),
    ("Marta Nowak", "+49 30 5550111", "Regulars"),
    ("Oskar Schmidt", "+49 30 5550112", "Regulars"),
)


def customer_facts(id_of: Callable[[str], UUID]) -> Iterator[Aggregate.Event]:
    """The groups, and who belongs to them; `id_of` makes the id of what has this key."""
    for group in GROUPS:
        yield first_fact(CustomerGroup.Registered, id_of(f"customer-group/{group}"), name=group)
    for number, (name, phone, group) in enumerate(CUSTOMERS, start=1):
        is_trade = group == "Trade"
        yield first_fact(
            Customer.Registered,
            id_of(f"customer/{name}"),
            name=name,
            reference=f"K-{number:04d}",
            phone=phone,
            email=f"customer{number}@example.com",
            address={
                "line1": f"Gartenstraße {number}",
                "line2": None,
                "city": "Berlin",
                "region": None,
                "postal_code": "10115",
                "country": "DE",
            },
            group_ids=(id_of(f"customer-group/{group}"),),
            credit_limit=100_000 if is_trade else None,
            terms_days=30 if is_trade else None,
        )


def customer_ids(id_of: Callable[[str], UUID]) -> tuple[UUID, ...]:
    """Who they are."""
    return tuple(id_of(f"customer/{name}") for name, _, _ in CUSTOMERS)
