"""Customers' accounts, in memory."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from domain.accounts import Account, CustomerAccounts, Lot, Lots, StoreCredit
from domain.accounts.entries import AccountEntry
from domain.customers import Customer
from domain.pending import Pending
from tests.commands.memory.world import World


class MemoryAccounts:
    """The accounts of the company's customers."""

    def __init__(self, world: World, company_id: UUID, new_id: Callable[[], UUID]) -> None:
        self._world = world
        self._company_id = company_id
        self._new_id = new_id

    def hold(self, customer_id: UUID) -> Pending[CustomerAccounts | None]:
        return Pending(lambda: self._accounts(customer_id))

    def hold_all(self, customer_ids: Collection[UUID]) -> Pending[Mapping[UUID, CustomerAccounts]]:
        held = {one: self._accounts(one) for one in sorted({*customer_ids})}
        return Pending(lambda: {one: found for one, found in held.items() if found})

    def of(self, customer_ids: Collection[UUID]) -> Pending[Mapping[UUID, CustomerAccounts]]:
        return self.hold_all(customer_ids)

    def settled(self, order_id: UUID) -> Pending[int]:
        taken = (
            one.amount
            for entry in self._world.all(self._company_id, Account)
            if entry.kind != "moved"
            for one in entry.allocations
            if one.order_id == order_id
        )
        return Pending(lambda: sum(taken))

    def _accounts(self, customer_id: UUID) -> CustomerAccounts | None:
        customer = self._world.find(self._company_id, customer_id)
        if not isinstance(customer, Customer) or customer.is_erased:
            return None
        if customer.merged_into:
            return self._accounts(customer.merged_into)
        company = self._world.company(self._company_id)
        return CustomerAccounts(
            customer_id=customer.id,
            credit_limit=customer.values["credit_limit"],
            terms_days=customer.values["terms_days"],
            is_archived=customer.is_archived,
            timezone=company.values["timezone"] if company else "UTC",
            store_credit=self._lots(StoreCredit, customer.id),
            dues=self._lots(Account, customer.id),
            new_id=self._new_id,
        )

    def _lots(self, kind: type[StoreCredit] | type[Account], customer_id: UUID) -> Lots:
        entries = [one for one in self._world.all(self._company_id, kind) if one.customer_id == customer_id]
        taken: dict[UUID, int] = {}
        for allocation in (one for entry in entries for one in entry.allocations):
            taken[allocation.lot_id] = taken.get(allocation.lot_id, 0) + allocation.amount
        lots = [_lot(entry, taken.get(entry.id, 0)) for entry in entries if entry.amount > 0]
        return Lots([lot for lot in lots if lot.remaining])


def _lot(entry: AccountEntry, taken: int) -> Lot:
    return Lot(
        id=entry.id,
        remaining=entry.amount - taken,
        business_date=entry.business_date,
        ends_on=entry.expires_on if isinstance(entry, StoreCredit) else getattr(entry, "due_on", None),
        order_id=entry.order_id,
        store_id=entry.store_id,
    )
