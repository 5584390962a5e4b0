"""What is refused before there is a job: what names nothing, changes nothing, or is about nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.reports.asking import MOST_DAYS
from api.services import Reading
from commands.ports import Caller, Missing
from domain.companies import check_cash_rounding
from domain.errors import Detail, Invalid
from domain.settings import OtherStore
from domain.what_if.asking import NamedId, check_named_once, named_in
from projections.companies import find_company
from projections.log_proofs import find_head
from projections.reports.period import Period
from projections.what_if.references import known_of
from projections.what_if.selection import Selection, is_anything_sold


class NothingSold(Invalid):
    """Nothing was sold then."""

    code = "nothing_sold"
    remedy = "Choose a stretch of time in which something was sold."


def period_of(body: Mapping[str, Any]) -> Period:
    """The business dates that are asked for. Raises PeriodNotValid, RangeTooLong."""
    period = Period(body["from_date"], body["to_date"])
    period.check_length(MOST_DAYS)
    return period


def check_store(caller: Caller, store_id: UUID | None) -> None:
    """Raise OtherStore for whoever is bound to stores and does not name one of them."""
    if caller.store_ids and store_id not in caller.store_ids:
        raise OtherStore


def check_changes(changes: Mapping[str, Any]) -> None:
    """Raise Invalid where nothing is to be otherwise, or something twice."""
    if not any(value or value == 0 for value in changes.values()):
        detail = Detail("changes", "required", "Say what would have been otherwise.")
        raise Invalid(details=[detail])
    check_named_once(changes)


def check_known(reading: Reading, changes: Mapping[str, Any], period: Period, store_id: UUID | None) -> bool:
    """Raise Invalid for what the company has not, NothingSold for a range in which it sold nothing.

    Returns whether anything was sold then; False says that reports do not know yet all that was recorded.
    """
    named = [*named_in(changes), *([NamedId("store_id", "stores", store_id)] if store_id else [])]
    known, company = known_of(reading.db, [one.id for one in named]), find_company(reading.db)
    if company is None:
        raise Missing
    _check_named(named, known)
    if changes["cash_rounding"] is not None:
        _check_cash_rounding(changes["cash_rounding"], company["currency"])
    is_sold = is_anything_sold(
        reading.db, Selection(period=period, store_id=store_id, position=reading.position)
    )
    if not is_sold and reading.position >= find_head(reading.db):
        raise NothingSold.in_fields("from", "to")
    return is_sold


def _check_named(named: list[NamedId], known: frozenset[tuple[str, UUID]]) -> None:
    details = [
        Detail(one.field, "not_found", "Names nothing that the company has.")
        for one in named
        if (one.kind, one.id) not in known
    ]
    if details:
        raise Invalid(details=details)


def _check_cash_rounding(step: int, currency: str) -> None:
    try:
        check_cash_rounding(step, currency)
    except Invalid as refusal:
        details = [Detail(f"changes.{one['field']}", one["code"], one["message"]) for one in refusal.details]
        raise Invalid(details=details) from None
