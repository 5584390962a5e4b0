"""What a command needs of the world: aggregates by id, locked facts to decide on, and a place to save."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from domain.aggregate import Aggregate
from domain.catalog.products import Variant
from domain.costing import Balance
from domain.errors import Conflict, NotFound
from domain.sale_ground import SaleGround
from domain.settings import Setting

A = TypeVar("A", bound=Aggregate)


class Missing(NotFound):
    """There is no such thing here."""


class ConcurrentEdit(Conflict):
    """Somebody else changed this at the same moment; read it again and repeat."""

    code = "concurrent_edit"


class StaleVersion(Conflict):
    """It was changed since you read it."""

    code = "precondition_failed"


class DuplicateId(Conflict):
    """Something else already has this id."""

    code = "duplicate_id"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who is asking: a user of a company, with the rights of a role, bound to stores or (empty) to none."""

    company_id: UUID
    user_id: UUID | None
    role: str = ""
    permissions: frozenset[str] = frozenset()
    store_ids: tuple[UUID, ...] = ()
    session_id: UUID | None = None
    request_id: str | None = None
    terminal: str | None = None
    address: str | None = None

    @property
    def sees_costs(self) -> bool:
        """Whether costs, margins and profits are shown to them."""
        return "costs.view" in self.permissions


class Seen(Protocol):
    """What was seen of the others; checking it raises the refusal for what stands in the way."""

    def check(self) -> None:
        """Raise a refusal for a duplicate name, code, SKU or barcode, or for a reference to nothing."""


class LockedBalances(Protocol):
    """Balances that were asked for and arrive with the next round trip."""

    def rows(self) -> Mapping[UUID, Balance]:
        """By variant. Raises Invalid for an unknown storage or variant."""


class SettingsPort(Protocol):
    """What settings a decision touches."""

    def look(self, kind: type[Setting], setting_id: UUID, values: Mapping[str, Any]) -> Seen:
        """Ask which names are taken and which references exist, with the next round trip."""

    def is_in_use(self, setting_id: UUID) -> bool:
        """Whether something not archived refers to it."""


class CatalogPort(Protocol):
    """What of the catalog a decision touches."""

    def look(
        self, values: Mapping[str, Any], variants: Iterable[Variant], *, product_id: UUID, alone: bool = False
    ) -> Seen:
        """Ask which ids, SKUs and barcodes are taken and which references exist, with the next round trip.

        The variants are or will be those of the product; `alone`, one is asked about by itself.
        """

    def has_stock(self, variant_ids: Iterable[UUID]) -> bool:
        """Whether any of these variants has stock somewhere."""


class StockPort(Protocol):
    """Balances that a decision locks."""

    def lock(self, storage_id: UUID, variant_ids: Iterable[UUID]) -> LockedBalances:
        """Lock the balances, in key order, with the next round trip."""


class SalesPort(Protocol):
    """What a sale is decided on."""

    def ground(
        self,
        *,
        store_id: UUID | None,
        register_id: UUID | None,
        store_ids: tuple[UUID, ...],
        variant_ids: Iterable[UUID],
        customer_id: UUID | None,
        lock: bool,
    ) -> SaleGround:
        """Read it all; with `lock`, hold the balances and the till's number until the end."""


class UnitOfWork(Protocol):
    """One decision: everything it reads, locks and saves is one transaction."""

    @property
    def caller(self) -> Caller:
        """Who asked for it."""

    @property
    def now(self) -> datetime:
        """The moment of the decision."""

    @property
    def settings(self) -> SettingsPort:
        """The settings entities."""

    @property
    def catalog(self) -> CatalogPort:
        """The catalog."""

    @property
    def stock(self) -> StockPort:
        """The stock."""

    @property
    def sales(self) -> SalesPort:
        """What sales are decided on."""

    def load(self, kind: type[A], aggregate_id: UUID) -> A:
        """The aggregate. Raises Missing."""

    def find(self, kind: type[A], aggregate_id: UUID) -> A | None:
        """The aggregate or None. Raises DuplicateId when the id belongs to something of another kind."""

    def seek(self, kind: type[A], aggregate_id: UUID) -> Callable[[], A | None]:
        """Like `find`, but with the next round trip: call the result when the others have been asked."""

    def new_id(self) -> UUID:
        """A fresh id."""

    def save(self, *aggregates: Aggregate) -> None:
        """Take their new events into this decision; they are recorded together at its end."""


def check_version(version: int, expected: int | None) -> None:
    """Raise StaleVersion unless the caller has seen this version, or did not say which one."""
    if expected is not None and version != expected:
        raise StaleVersion
