"""Customers: whom a sale can be made to by name."""

from domain.entities import Entity


class Customer(Entity):
    """A person or a household that buys."""

    type_name = "customers.Customer"
    kind = "customers"
    noun = "customer"

    class Registered(Entity.Registered):
        """A customer became known. `reference` is the number under which other systems know them."""

        name: str
        reference: str | None = None
        phone: str | None = None
        email: str | None = None
