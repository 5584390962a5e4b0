"""What all dashboards do alike: whose stores, which dates, and sections asked with one round trip."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.errors import InvalidParameter
from api.reports.asking import MOST_DAYS, stores_of
from api.resource import Resource, permissions_of
from api.services import Reading
from commands.ports import Missing
from domain.errors import Detail
from domain.pending import Pending
from projections.base import Database, Row, plan_for_values
from projections.companies import find_company
from projections.reports.period import CompareTo, Period
from projections.reports.section import EVERYTHING, Asked, Section
from projections.reports.stores import ask_stores, today_in
from projections.reports.table import Table, ask_table

#: Who sees it.
PERMISSION = "dashboard.view"


@dataclass(frozen=True, kw_only=True)
class Glance:
    """A dashboard's view of the company: its stores, the dates that are asked about, and now."""

    db: Database
    stores: list[Row]
    ids: tuple[UUID, ...] | None
    period: Period
    is_today: bool
    now: datetime
    permissions: frozenset[str]
    position: int

    def ask(
        self,
        section: Section,
        *,
        limit: int | None = None,
        sort: str | None = None,
        compare_to: CompareTo = "none",
        period: Period | None = None,
        **filters: Any,
    ) -> Pending[Table]:
        """Ask for a section with the next round trip."""
        asked = Asked(
            period=period or self.period,
            position=self.position,
            permissions=self.permissions,
            stores=self.ids,
            filters={name: filters.get(name) for name in section.filters},
            group=next(iter(section.groups), None),
            sort=sort,
            limit=limit,
            compare_to=compare_to,
        )
        return ask_table(self.db, section, asked)


class Dashboard(Resource):
    """Answers with what a question finds at a glance, and of which position and moment it is."""

    def glance(self, req: Request, resp: Response, question: Callable[[Glance], Mapping[str, Any]]) -> None:
        """Answer. Raises Missing, OtherStore, PeriodNotValid, RangeTooLong, InvalidParameter."""
        query, now, permissions = req.context.query, self.services.now(), permissions_of(req)
        ids = stores_of(query.get("store_id"), req.context.caller)
        named = period_of(query)

        def look(reading: Reading) -> dict[str, Any]:
            db = reading.db
            plan_for_values(db)
            asked = ask_stores(db, ids)
            company = find_company(db)
            if company is None:
                raise Missing
            stores = asked.read()
            today = max((today_in(store, now) for store in stores), default=now.date())
            period = named or Period(today, today)
            glance = Glance(
                db=db,
                stores=stores,
                ids=ids,
                period=period,
                is_today=period == Period(today, today),
                now=now,
                permissions=permissions,
                position=EVERYTHING,
            )
            return {
                "currency": company["currency"],
                "from": period.from_date,
                "to": period.to_date,
                **question(glance),
                "read_position": reading.position,
                "computed_at": now,
            }

        self.answer(req, resp, req.context.operation.answer.of(self.ask(req, resp, look)))


def period_of(query: Mapping[str, Any]) -> Period | None:
    """The dates that are named; None for none. Raises InvalidParameter, PeriodNotValid, RangeTooLong."""
    first, last = query.get("from_date"), query.get("to_date")
    if first is None and last is None:
        return None
    if first is None or last is None:
        name = "from" if first is None else "to"
        raise InvalidParameter(details=[Detail(name, "required", "Name both dates, or none.")])
    period = Period(first, last)
    period.check_length(MOST_DAYS)
    return period
