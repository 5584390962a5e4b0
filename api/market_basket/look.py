"""A look at baskets: which ones a request is about, and what every answer says of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from falcon import Request, Response

from api.dashboard.query import period_of, usual_period
from api.market_basket.answers import show_thing
from api.market_basket.query import USUAL_DAYS
from api.reports.asking import AsOfInFuture, check_as_of, stores_of
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from commands.unavailable import Busy
from domain.pending import Pending
from domain.settings import OtherStore
from projections.base import Database, Row
from projections.companies import find_company
from projections.dashboard.clocks import clocks_of, latest_day
from projections.market_basket.counting import BasketScope, Counting
from projections.market_basket.kept_answers import Waiting
from projections.market_basket.limits import Occupied, TooManyBaskets, TooManyPairs
from projections.market_basket.naming import ask_names, ask_number, ask_stores
from projections.reports.moments import position_at
from projections.reports.names import ReportNames
from projections.reports.period import Period, PeriodNotValid, RangeTooLong
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.stores import ask_stores as ask_clocks

R = TypeVar("R")

PERMISSION = "analytics.view"
SOURCES = (SalesReports, ReportNames)
#: Why baskets may not be looked at.
REFUSALS = (PeriodNotValid, RangeTooLong, AsOfInFuture, OtherStore, TooManyBaskets, TooManyPairs)
#: What a request that is run again waited for the last time.
_WAITED_FOR = "mipos.baskets.waited_for"


@dataclass(frozen=True, kw_only=True)
class Look:
    """Baskets that can be counted, and what is said of them."""

    db: Database
    counting: Counting
    period: Period
    as_of: datetime | None
    read_position: int
    now: datetime
    numbers: Mapping[UUID, Pending[int | None]]

    @property
    def position(self) -> int:
        """Up to which position of the log baskets are counted."""
        return self.counting.scope.position

    def frame(self) -> dict[str, Any]:
        """What every answer says beside what was counted."""
        return {
            "from": self.period.from_date,
            "to": self.period.to_date,
            "level": self.counting.scope.level,
            "baskets": self.counting.own.baskets,
            "as_of": self.as_of,
            "as_of_position": self.position if self.as_of else None,
            "read_position": self.read_position,
            "computed_at": self.now,
        }

    def number_of(self, one: UUID) -> int:
        """The number that stands for what the question names; 0 if it was never sold. Raises Missing."""
        number = self.numbers[one].read()
        if number is None:
            raise Missing
        return number

    def named(self, one: UUID, number: int, names: Mapping[int, Row]) -> dict[str, Any]:
        """What this is called; what was never sold is known by its id alone."""
        product_id = one if self.counting.scope.level == "product" else None
        nothing = {"id": one, "name": None, "sku": None, "variant_name": None, "product_id": product_id}
        return show_thing(names.get(number, nothing))

    def currency(self) -> str:
        """What amounts are in. Raises Missing."""
        company = find_company(self.db)
        if company is None:
            raise Missing
        return str(company["currency"])

    def names(self, numbers: list[int]) -> Mapping[int, Row]:
        """What these numbers stand for."""
        return ask_names(self.db, self.counting.scope.level, numbers, self.position).read()


class BasketResource(Resource):
    """Base of what answers from baskets."""

    def look(self, req: Request, resp: Response, question: Callable[[Look], R], *named: UUID) -> R:
        """Ask a question of the baskets of the stores that are named, or of all of the caller's.

        `named` are things that the path names beside those of the query. A request that would have to wait
        for another one's count is run again later. Raises what is in REFUSALS, Busy.
        """
        query, now = req.context.query, self.services.now()
        stores = stores_of(query.get("store_id"), req.context.caller)
        named_period, as_of = period_of(query), query.get("as_of")
        things = (*named, query.get("antecedent_id"), query.get("consequent_id"))
        check_as_of(as_of, now)

        def answer(reading: Reading) -> R:
            db, level = reading.db, query["level"]
            # One round trip for all of it, and for what the transaction begins with.
            asked_period = _ask_period(db, named_period, stores, now)
            known = position_at(db, as_of) if as_of else None
            numbers = {one: ask_number(db, level, one) for one in things if one}
            store_numbers = ask_stores(db, stores)
            history = self.services.baskets.history(db)
            period = asked_period.read()
            scope = BasketScope(
                position=min(known.read(), reading.position) if known else reading.position,
                stores=stores,
                from_date=period.from_date,
                to_date=period.to_date,
                level=level,
            )
            counting = Counting(
                db,
                self.services.baskets,
                history,
                scope,
                store_numbers.read(),
                waiting=Waiting(keep=reading.run_afterwards, for_question=req.env.get(_WAITED_FOR)),
            )
            look = Look(
                db=db,
                counting=counting,
                period=period,
                as_of=as_of,
                read_position=reading.position,
                now=now,
                numbers=numbers,
            )
            return question(look)

        try:
            # Who counts holds a lock that processes share, and keeps what it counted.
            return self.ask(req, resp, answer, of_primary=True)
        except Occupied as occupied:
            req.env[_WAITED_FOR] = occupied.question
            self.come_again(req)
            raise Busy from None


def _ask_period(
    db: Database, named: Period | None, stores: tuple[UUID, ...] | None, now: datetime
) -> Pending[Period]:
    """The period that is named or, without one, the last year up to the latest business date of a store."""
    if named is not None:
        return Pending(lambda: named)
    rows = ask_clocks(db, stores)
    return Pending(lambda: usual_period(latest_day(clocks_of(rows.read(), now), now), USUAL_DAYS))
