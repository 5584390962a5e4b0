"""What differs within a span of a company's reports, and from which position of its log on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from projections.base import Database, Row
from projections.reports.period import Period
from projections.reports.reconciliation.checks import Check, Rule, Span

#: Of how many differences of a check the first position is searched for; of more, the last one is said.
SEARCHED = 100
#: What of a difference tells it from others of its check: whose figure it is, and which.
Place = tuple[UUID | None, str, str]


@dataclass(frozen=True, kw_only=True)
class ReportDifference:
    """A figure that two ways of a check come to differently, and the first position at which they do.

    Money is minor currency units; of files, whose cells are compared, both values are as files say them.
    `business_date` is the last one of the span that was checked.
    """

    company_id: UUID
    check: Rule
    business_date: date
    store_id: UUID | None
    subject: str
    figure: str
    a: Decimal | str
    b: Decimal | str
    position: int

    @property
    def key(self) -> tuple[date, str, Place]:
        """What tells it from others."""
        return self.business_date, self.check.rule, (self.store_id, self.subject, self.figure)

    def said(self, form: str = "f") -> tuple[str, str]:
        """Both values as texts, numbers in this form."""
        a, b = (one if isinstance(one, str) else format(one, form) for one in (self.a, self.b))
        return a, b


def find_differences(
    db: Database,
    checks: Iterable[Check],
    spans: Sequence[tuple[Span, Period]],
    position: int,
    moved: Iterable[tuple[str, str]] = (),
) -> list[ReportDifference]:
    """All that differs up to a position; `moved` are balances that are beyond it (storages and variants)."""
    company = _Company(db, moved)
    return [
        difference
        for span, period in spans
        for check in checks
        if check.span == span
        for difference in company.differences(check, period, position)
    ]


class _Company:
    """Checks of one company."""

    def __init__(self, db: Database, moved: Iterable[tuple[str, str]]) -> None:
        several = list(moved)
        self._db = db
        self._moved = {
            "storages": [storage_id for storage_id, _ in several],
            "variants": [variant_id for _, variant_id in several],
        }

    def differences(self, check: Check, period: Period, position: int) -> Iterator[ReportDifference]:
        """What a check finds."""
        upto = self._decided(position) if check.across_events else position
        rows = self._ask(check, period, upto)
        sought = {_place(row) for row in rows[:SEARCHED] if row["position"] is None}
        found = self._first_positions(check, period, (0, upto), sought) if sought else {}
        for row in rows:
            yield ReportDifference(
                company_id=self._db.company_id,
                check=check,
                business_date=period.to_date,
                store_id=row["store_id"],
                subject=row["subject"],
                figure=row["figure"],
                a=row["a"],
                b=row["b"],
                position=row["position"] or found.get(_place(row), upto),
            )

    def _ask(self, check: Check, period: Period, position: int) -> list[Row]:
        params: dict[str, Any] = {
            "company_id": self._db.company_id,
            "from_date": period.from_date,
            "to_date": period.to_date,
            "position": position,
            **self._moved,
        }
        return self._db.ask(check.statement, params).rows()

    def _first_positions(
        self, check: Check, period: Period, bounds: tuple[int, int], places: set[Place]
    ) -> dict[Place, int]:
        """Where each of these begins to differ, which agree at the lower bound and differ at the upper one.

        The bounds are halved, and what differs at the middle is searched for before it, the rest after it.
        """
        low, high = bounds
        middle = self._between(low, high) if check.across_events else (low + high) // 2
        if not low < middle < high:
            return dict.fromkeys(places, high)
        early = places & {_place(row) for row in self._ask(check, period, middle)}
        late = places - early
        return {
            **(self._first_positions(check, period, (low, middle), early) if early else {}),
            **(self._first_positions(check, period, (middle, high), late) if late else {}),
        }

    def _decided(self, position: int) -> int:
        """The last position up to this one at which a decision ends."""
        first, last = self._decision_at(position)
        return position if last == position else first - 1

    def _between(self, low: int, high: int) -> int:
        """A position near the middle of two at which a decision ends; one of the two if none lies between."""
        first, last = self._decision_at((low + high) // 2 or 1)
        return last if last < high else first - 1

    def _decision_at(self, position: int) -> tuple[int, int]:
        """The first and last positions of what was recorded together with the event at a position."""
        row = self._db.ask(_DECISION, {"company_id": self._db.company_id, "position": position}).row()
        return (row["first"], row["last"]) if row else (position, position)


def _place(row: Row) -> Place:
    return row["store_id"], row["subject"], row["figure"]


# Events of one append have one time of record.
_DECISION: LiteralString = """
    SELECT coalesce((SELECT before.position + 1 FROM events AS before
                      WHERE before.company_id = %(company_id)s AND before.position < %(position)s::bigint
                        AND before.recorded_at < own.recorded_at
                      ORDER BY before.position DESC LIMIT 1), 1) AS first,
           coalesce((SELECT after.position - 1 FROM events AS after
                      WHERE after.company_id = %(company_id)s AND after.position > %(position)s::bigint
                        AND after.recorded_at > own.recorded_at
                      ORDER BY after.position LIMIT 1),
                    (SELECT position FROM company_head WHERE company_id = %(company_id)s)) AS last
      FROM events AS own
     WHERE own.company_id = %(company_id)s AND own.position = %(position)s::bigint
"""
