"""Customers in memory."""

from collections.abc import Collection, Mapping
from uuid import UUID

from domain.customer_groups import CustomerGroup
from domain.customers import Customer, Standing
from domain.errors import Detail
from domain.orders import Order
from domain.pending import Pending
from domain.phones import phone_key
from tests.commands.memory.settings import missing_references
from tests.commands.memory.world import World


class MemoryCustomers:
    """The customers of a company."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def hold(self, *customer_ids: UUID) -> None:
        """Nobody else is here."""

    def namesakes(self, customer_id: UUID, *, phone: str | None, email: str | None) -> Pending[list[Detail]]:
        own = {"phone": phone and phone_key(phone), "email": email and email.casefold()}
        details = []
        for one in self._world.all(self._company_id, Customer):
            if one.id == customer_id or one.is_archived:
                continue
            theirs = {
                "phone": phone_key(one.values["phone"]) if one.values["phone"] else None,
                "email": (one.values["email"] or "").casefold(),
            }
            details += [
                _namesake(field, one.id) for field, key in own.items() if key and theirs[field] == key
            ]
        return Pending(lambda: sorted(details, key=lambda one: one["field"], reverse=True))

    def missing_groups(self, group_ids: Collection[UUID]) -> Pending[Mapping[UUID, Detail]]:
        named = list(enumerate(group_ids))
        targets = [(f"group_ids.{index}", CustomerGroup.kind, one) for index, one in named]
        missing = {one["field"]: one for one in missing_references(self._world, self._company_id, targets)}
        fields = {f"group_ids.{index}": one for index, one in named}
        return Pending(lambda: {fields[field]: detail for field, detail in missing.items()})

    def standing(self, customer_id: UUID, store_ids: tuple[UUID, ...]) -> Pending[Standing]:  # noqa: ARG002
        return Pending(Standing)

    def engagements(self, customer_id: UUID) -> Pending[list[str]]:
        customer = self._world.find(self._company_id, customer_id)
        own = {customer_id, *(customer.absorbed_ids if isinstance(customer, Customer) else ())}
        orders = self._world.all(self._company_id, Order)
        is_open = any(one.terms.customer_id in own and one.status == "open" for one in orders)
        return Pending(lambda: ["open_orders"] if is_open else [])


def _namesake(field: str, customer_id: UUID) -> Detail:
    detail = Detail(field, "possible_duplicate", "Another one has it.")
    detail["customer_id"] = str(customer_id)
    return detail
