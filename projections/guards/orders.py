"""What a sale is decided on: company, store, till, catalog, taxes and stock, in one round trip."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from domain.accounts import CustomerAccounts
from domain.errors import Detail, Invalid
from domain.pending import Pending
from domain.sale_context import SaleContext, VariantAtSale
from domain.settings import OtherStore
from domain.stock.levels import Level
from domain.stores import StoreClosed
from domain.tills import REACH, series_of, till_code
from domain.unlinked_returns import Reference
from projections.base import Answer, Database, Row
from projections.companies import backdating_of, returns_of, rules_of
from projections.guards.accounts import AccountsGuard
from projections.guards.drawers import LOCK_DRAWER
from projections.guards.sale_rows import (
    CUSTOMER,
    HOLD_CUSTOMER,
    HOLD_STORAGE,
    HOLD_VARIANTS,
    LOCK_SERIES,
    TILL,
    VARIANTS,
    store_of,
    variants_of,
)
from projections.guards.stock import ENSURE_BALANCES, LOCK_BALANCES, level_of
from projections.shifts.drawer import drawer_of

Catalog = Mapping[UUID, VariantAtSale]
Levels = Mapping[UUID, Level]


class Destination(NamedTuple):
    """Where a till's sale goes: the storage, whether it may go below zero, and the number series."""

    storage_id: UUID | None
    allow_negative: bool
    series_id: UUID


#: Takes the key of a person, as the database keeps it, for what the decision tells about them.
LearnKey = Callable[[UUID, bytes], None]

#: For each till (company, register, store): where its last sale went.
Guesses = dict[tuple[UUID, UUID | None, UUID | None], Destination]


_IS_WITHIN_REACH: LiteralString = """
    %(number)s::bigint <= %(reach)s::bigint + coalesce((SELECT last_number FROM order_series
                                                           WHERE company_id = %(company_id)s
                                                             AND series_id = %(series_id)s), 0)
"""
_IS_FREE: LiteralString = f"""
    SELECT {_IS_WITHIN_REACH}
           AND NOT EXISTS (SELECT FROM orders
                            WHERE company_id = %(company_id)s AND series_id = %(series_id)s
                              AND series_number = %(number)s AND series_number > 0) AS is_free
"""


# Who types a number writes it large or small; an index knows it as it is printed.
_REFERENCED: LiteralString = """
    (SELECT id FROM orders WHERE company_id = %(company_id)s AND number = ANY(%(numbers)b::text[]) LIMIT 1)
     UNION ALL
    (SELECT id FROM refunds WHERE company_id = %(company_id)s AND number = ANY(%(numbers)b::text[]) LIMIT 1)
     UNION ALL
    (SELECT id FROM orders WHERE company_id = %(company_id)s AND id = %(id)s::uuid LIMIT 1)
     UNION ALL
    (SELECT id FROM refunds WHERE company_id = %(company_id)s AND id = %(id)s::uuid LIMIT 1)
"""


_IS_FREE_FOR_REFUND: LiteralString = f"""
    SELECT {_IS_WITHIN_REACH}
           AND NOT EXISTS (SELECT FROM refunds
                            WHERE company_id = %(company_id)s AND series_id = %(series_id)s
                              AND series_number = %(number)s AND series_number > 0) AS is_free
"""


_TURNED_OUT_TO_BE: LiteralString = """
    SELECT merged_into FROM customers WHERE company_id = %(company_id)s AND id = %(customer_id)s::uuid
"""


class SalesGuard:
    """What the till's commands ask before they decide.

    The balances and the number to lock follow from the till's settings. To lock them in the same round trip
    that reads those settings, the guard guesses that they are where this till's last sale found them; what
    was read tells whether the guess holds, and if not, the right ones are locked in one round trip more.
    """

    def __init__(self, db: Database, guesses: Guesses, learn_key: LearnKey, accounts: AccountsGuard) -> None:
        self._db = db
        self._accounts = accounts
        self._guesses = guesses
        self._learn_key = learn_key

    def context(
        self,
        *,
        store_id: UUID | None,
        register_id: UUID | None,
        store_ids: tuple[UUID, ...],
        variant_ids: Iterable[UUID],
        customer_id: UUID | None,
        lock: bool,
        is_told_later: bool = False,
        holds_accounts: bool = False,
        holds_customer: bool = False,
    ) -> SaleContext:
        """Read it all; with `lock`, hold the balances and the till's number until the end.

        Raises Invalid for an unknown register, store or customer, OtherStore, StoreClosed. What is told later
        has been sold, wherever it is closed by now, and may make every balance fall below zero.
        """
        if store_id is None and register_id is None and len(store_ids) == 1:
            store_id = store_ids[0]
        request = {
            "company_id": self._db.company_id,
            "store_id": store_id,
            "register_id": register_id,
            "customer_id": customer_id,
            "variants": sorted(set(variant_ids)),
            "is_told_later": is_told_later,
        }
        holder = customer_id if holds_accounts else None
        till = (self._db.company_id, register_id, store_id)
        guess = self._guesses.get(till) if lock else None
        answer = self._db.ask(TILL, request)
        goods = self._ask_goods(request, holds=bool(guess and (is_told_later or guess.allow_negative)))
        whose = HOLD_CUSTOMER if lock or holds_customer else CUSTOMER
        customer = self._db.ask(whose, request) if customer_id else None
        locked = self._lock(guess, request, holder) if guess else None
        is_customer_known = customer is None or self._knows(customer)
        wrong = None if is_customer_known or is_told_later else self._wrong_customer(request)
        row = _checked(answer.row(), request, wrong, store_ids)
        destination = _destination(row) if lock else None
        below_zero = is_told_later or bool(destination and destination.allow_negative)
        if destination and destination != guess:
            self._guesses[till] = destination
            goods = self._ask_goods(request, holds=True) if below_zero else goods
            locked = self._lock(destination, request, holder)
        catalog = variants_of(goods, row["tax_rates"] or ())
        if destination is None or locked is None:
            return _context(row, catalog, {}, 0, None, is_customer_known=is_customer_known)
        levels, series = _levels(locked.balances), locked.series.row()
        if below_zero:
            levels = self._ensured(levels, catalog, destination, request)
        last_number = series["last_number"] if series else 0
        context = _context(
            row, catalog, levels, last_number, locked.drawer, is_customer_known=is_customer_known
        )
        return replace(context, accounts=locked.accounts.read()) if locked.accounts else context

    def is_free(self, series_id: UUID, number: int) -> Pending[bool]:
        """Ask whether a sale can take this number of the series: none has it, and it is within REACH."""
        answer = self._db.ask(_IS_FREE, self._place(series_id, number))
        return Pending(lambda: bool(answer.rows()[0]["is_free"]))

    def is_free_for_refund(self, series_id: UUID, number: int) -> Pending[bool]:
        """Ask the same for a refund; a return without its order takes a number of the same series."""
        answer = self._db.ask(_IS_FREE_FOR_REFUND, self._place(series_id, number))
        return Pending(lambda: bool(answer.rows()[0]["is_free"]))

    def _place(self, series_id: UUID, number: int) -> Row:
        own = {"company_id": self._db.company_id, "series_id": series_id}
        return {**own, "number": number, "reach": REACH}

    def is_known(self, reference: Reference) -> Pending[bool]:
        """Ask whether that names an order, refund or return of the company."""
        params = {"company_id": self._db.company_id, "numbers": list(reference.numbers), "id": reference.id}
        answer = self._db.ask(_REFERENCED, params)
        return Pending(lambda: answer.row() is not None)

    def _ask_goods(self, request: Mapping[str, Any], *, holds: bool) -> Answer:
        """Ask for the variants with their tax rates; below zero, they are held for sale until the end."""
        if holds:
            self._db.execute(HOLD_VARIANTS, request)
        return self._db.ask(VARIANTS, request)

    def _knows(self, customer: Answer) -> bool:
        row = customer.row()
        if row and row["subject_key"]:
            self._learn_key(row["id"], row["subject_key"])
        return row is not None

    def _wrong_customer(self, request: Mapping[str, Any]) -> Detail:
        """Why nothing is sold to them; a till that knows somebody by an old id learns who they are."""
        row = self._db.ask(_TURNED_OUT_TO_BE, request).row()
        if row is None or row["merged_into"] is None:
            message = "There is no such customer, or they are archived."
            return Detail("customer_id", "not_found", message)
        detail = Detail("customer_id", "merged", "They turned out to be another customer.")
        detail["customer_id"] = str(row["merged_into"])
        return detail

    def _lock(
        self, destination: Destination, request: Mapping[str, Any], holder: UUID | None = None
    ) -> "_Locked":
        """Lock the balances, the customer's accounts, the register's drawer and the series, in this order."""
        storage_id = destination.storage_id or UUID(int=0)
        params = {**request, "storages": [storage_id], "series_id": destination.series_id}
        return _Locked(
            self._db.ask(LOCK_BALANCES, params),
            self._accounts.hold(holder) if holder else None,
            self._db.ask(LOCK_DRAWER, params) if request["register_id"] else None,
            self._db.ask(LOCK_SERIES, params),
        )

    def _ensured(
        self, levels: Levels, catalog: Catalog, destination: Destination, request: Mapping[str, Any]
    ) -> Levels:
        """With `allow_negative` a balance may have to be made before it can be locked."""
        counted = {variant.id for variant in catalog.values() if variant.track_stock}
        if counted <= levels.keys():
            return levels
        params = {
            **request,
            "storage_id": destination.storage_id,
            "storages": [destination.storage_id],
            "variants": sorted(counted),
        }
        self._db.execute(HOLD_STORAGE, params)
        self._db.execute(ENSURE_BALANCES, params)
        return _levels(self._lock(destination, request).balances)


class _Locked(NamedTuple):
    """What is locked: asked for, and not answered yet."""

    balances: Answer
    accounts: Pending[CustomerAccounts | None] | None
    drawer: Answer | None
    series: Answer


def _checked(
    row: Row | None, request: Mapping[str, Any], wrong: Detail | None, store_ids: Sequence[UUID]
) -> Row:
    """The company, till and store as they were read. Raises Invalid, OtherStore, StoreClosed."""
    if row is None:
        raise Invalid(details=[Detail("company_id", "not_found", "There is no such company.")])
    _check_till(row, request, wrong)
    if row["store_id"] and store_ids and row["store_id"] not in store_ids:
        raise OtherStore
    if row["store_id"] and not row["is_open"] and not request["is_told_later"]:
        raise StoreClosed
    return row


def _check_till(row: Row, request: Mapping[str, Any], wrong: Detail | None) -> None:
    details = []
    if request["register_id"] and row["register_id"] is None:
        details.append(Detail("register_id", "not_found", "There is no such register."))
    if request["store_id"] and row["store_id"] is None:
        details.append(Detail("store_id", "not_found", "There is no such store."))
    if request["register_id"] and request["store_id"] and row["store_id"] != request["store_id"]:
        details.append(Detail("store_id", "not_found", "The register stands in another store."))
    if wrong:
        details.append(wrong)
    if details:
        raise Invalid(details=details)


def _destination(row: Row) -> Destination | None:
    """Where the till's sale goes; None without a store."""
    if not row["store_id"]:
        return None
    series_id = series_of(till_code(row["store_code"], row["register_code"]))
    return Destination(row["storage_id"], bool(row["allow_negative"]), series_id)


def _levels(answer: Answer) -> Levels:
    return {row["variant_id"]: level_of(row) for row in answer.rows()}


def _context(
    row: Row,
    catalog: Catalog,
    levels: Levels,
    last_number: int,
    drawer: Answer | None,
    *,
    is_customer_known: bool,
) -> SaleContext:
    return SaleContext(
        rules=rules_of(row),
        store=store_of(row) if row["store_id"] else None,
        register_id=row["register_id"],
        register_code=row["register_code"],
        variants=catalog,
        levels=levels,
        next_number=last_number + 1,
        backdating=backdating_of(row),
        discount_ceilings={role: Decimal(most) for role, most in row["discount_ceilings"].items()},
        orders_limit=row["orders_limit"],
        company_timezone=row["company_timezone"],
        drawer=drawer_of(drawer, row["register_id"]) if drawer else None,
        is_shift_required=row["shift_required"],
        is_open=row["is_open"] is not False,
        is_customer_known=is_customer_known,
        returns=returns_of(row),
    )
