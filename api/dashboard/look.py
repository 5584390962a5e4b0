"""A look at a dashboard: whose it is, of which stores, and how far it knows the log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from falcon import Request, Response

from api.dashboard.query import period_of, usual_period
from api.reports.asking import stores_of
from api.resource import Resource, permissions_of
from api.services import Reading
from commands.ports import Missing
from projections.base import Database, plan_for_values
from projections.companies import find_company
from projections.dashboard.clocks import Clock, clocks_of, latest_day
from projections.reports.period import Period
from projections.reports.stores import ask_stores
from projections.reports.tiles import View


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a dashboard is asked with; `period` is the one that the client names, if any."""

    db: Database
    view: View
    currency: str
    clocks: tuple[Clock, ...]
    period: Period | None
    now: datetime

    @property
    def today(self) -> Period:
        """The period that is named or, without one, the latest date that a store is in."""
        if self.period is not None:
            return self.period
        day = latest_day(self.clocks, self.now)
        return Period(day, day)

    @property
    def usual(self) -> Period:
        """The period that is named or, without one, the last days up to the latest date of a store."""
        return self.period or usual_period(self.today.to_date)

    def moment(self) -> dict[str, Any]:
        """What every dashboard answers beside its figures."""
        return {
            "currency": self.currency,
            "read_position": self.view.position,
            "computed_at": self.now,
        }

    def frame(self) -> dict[str, Any]:
        """The same of one about a period."""
        return {**self.moment(), "from": self.usual.from_date, "to": self.usual.to_date}


class Dashboard(Resource):
    """Base of what stands on a dashboard."""

    def look(self, req: Request, resp: Response, question: Callable[[Look], dict[str, Any]]) -> None:
        """Answer a question about the stores that are named, or all of the caller's.

        Raises Missing, OtherStore, PeriodNotValid, RangeTooLong.
        """
        query, now = req.context.query, self.services.now()
        stores, period = stores_of(query.get("store_id"), req.context.caller), period_of(query)

        def answer(reading: Reading) -> dict[str, Any]:
            db = reading.db
            plan_for_values(db)
            rows, company = ask_stores(db, stores), find_company(db)
            if company is None:
                raise Missing
            view = View(
                position=reading.position,
                permissions=permissions_of(req),
                stores=stores,
                week_start=company["week_start"],
            )
            look = Look(
                db=db,
                view=view,
                currency=company["currency"],
                clocks=clocks_of(rows.read(), now),
                period=period,
                now=now,
            )
            return question(look)

        self.answer(req, resp, self.ask(req, resp, answer))
