"""What is asked of clients about shifts."""

from typing import get_args

from api.answers import meanings_of
from api.fields import Body, Choice, Flag, Id, Many, Moment, Money, Object, OwnId, Text, Whole, optional
from api.queries import PageQuery
from api.receipts.input import LANGUAGE
from api.shifts.answers import CashMovementAnswer, ShiftAnswer
from api.slips import FORMATS, PAPERS
from domain.shifts import ShiftStatus
from domain.shifts.movements import REASONS, MovementType
from projections.shifts.list import SORT_KEYS

# What is asked of clients means what they are answered.
_SHIFT, _MOVEMENT = meanings_of(ShiftAnswer), meanings_of(CashMovementAnswer)
_WHEN = "When it happened, if not right now; at most `backdating_days` back, further with `pos.backdate`."
_REASONS = "; ".join(f"`{kind}`: {', '.join(reasons)}" for kind, reasons in REASONS.items())


class DenominationBody(Body):
    """So many coins or notes of one value."""

    value = Money(least=1, required=True, meaning="What one is worth.", example=200)
    count = Whole(least=0, most=10**9, required=True, meaning="How many there are.", example=25)


def _denominations(**counts: int) -> Many:
    """Coins and notes; the example has so many of each value, such as `of_200=25`."""
    return Many(
        Object(DenominationBody()),
        load_default=list,
        longest=100,
        meaning="The coins and notes one by one; they must come to the amount.",
        example=[{"value": int(name.removeprefix("of_")), "count": count} for name, count in counts.items()],
    )


class OpeningBody(Body):
    """What is in the drawer when a shift begins."""

    id = OwnId(**_SHIFT["id"])
    register_id = Id(required=True, **_SHIFT["register_id"])
    opening_float = Money(required=True, **_SHIFT["opening_float"])
    denominations = _denominations(of_1000=7, of_200=15)
    note = optional(1000, meaning="Free text; nothing depends on it.")
    occurred_at = Moment(allow_none=True, load_default=None, meaning=_WHEN)


class MovementBody(Body):
    """Cash that comes or goes without a sale."""

    id = OwnId(**_MOVEMENT["id"])
    type = Choice(
        *get_args(MovementType), required=True, meaning=_MOVEMENT["type"]["meaning"], example="drop"
    )
    amount = Money(load_default=0, **_MOVEMENT["amount"])
    reason = Choice(
        *dict.fromkeys(reason for reasons in REASONS.values() for reason in reasons),
        allow_none=True,
        load_default=None,
        meaning=f"Why: {_REASONS}. `other` takes a note, and opening the drawer no reason.",
        example="safe",
    )
    reference = optional(200, **_MOVEMENT["reference"])
    note = optional(1000, **_MOVEMENT["note"])


class CountedTenderBody(Body):
    """What was counted of a method other than cash."""

    method = Text(shortest=1, longest=40, required=True, meaning="The code of the method.", example="card")
    counted = Money(required=True, meaning="What was counted of it.", example=9989)


class ClosingBody(Body):
    """What was counted; any count is taken."""

    counted_cash = Money(required=True, **_SHIFT["counted_cash"])
    denominations = _denominations(of_5000=1, of_200=11, of_20=9)
    tenders = Many(
        Object(CountedTenderBody()), load_default=list, longest=100, meaning="What was counted of others."
    )
    closing_float = Money(
        allow_none=True,
        load_default=None,
        meaning="What stays in the drawer, else all of it; the rest goes to the safe.",
        example=5000,
    )
    over_short_reason = optional(200, meaning="Why it is off.", example="Two coins missing")
    note = optional(1000, meaning="Free text; nothing depends on it.")
    occurred_at = Moment(allow_none=True, load_default=None, meaning=_WHEN)


class RecountBody(Body):
    """What was counted another time."""

    counted_cash = Money(required=True, meaning="What was counted now.", example=7385)
    denominations = _denominations(of_5000=1, of_200=11, of_20=9, of_5=1)
    reason = Text(shortest=1, longest=200, required=True, meaning="Why again.", example="Found two coins")


class ShiftsQuery(PageQuery):
    """Filters of the shifts."""

    sort = Choice(
        *SORT_KEYS, load_default="-opened_at", meaning="What to sort by; a minus turns the order around."
    )
    store_id = Id(**_SHIFT["store_id"])
    register_id = Id(**_SHIFT["register_id"])
    status = Choice(*get_args(ShiftStatus), meaning=_SHIFT["status"]["meaning"])
    opened_by = Id(**_SHIFT["opened_by"])
    from_time = Moment(data_key="from", meaning="Opened not before.", example="2026-03-01T00:00:00Z")
    to_time = Moment(data_key="to", meaning="Opened before.", example="2026-04-01T00:00:00Z")
    over_short = Choice(
        "any", "short", "over", meaning="Only those whose count was off, either way or this one."
    )
    needs_review = Flag(meaning="Only those that somebody should look at, or that nobody need.")
    late = Flag(meaning="Only those of which something became known after the close, or nothing.")


class CurrentQuery(Body):
    """Which register is asked about."""

    register_id = Id(required=True, **_SHIFT["register_id"])


class DrawerQuery(Body):
    """Which moment is asked about."""

    at = Moment(meaning="What should have been in the drawer then; without it, now.")


class ReportQuery(Body):
    """How a report is written."""

    format = Choice("json", *FORMATS, load_default="json", meaning="In which format.", example="json")
    paper = Choice(*PAPERS, load_default="80mm", meaning="On which paper.", example="80mm")
    lang = Text(shortest=1, longest=40, meaning=LANGUAGE, example="de")


class ReportPrintBody(Body):
    """As what a report is printed."""

    format = Choice(*FORMATS, required=True, meaning="In which format.", example="escpos")
    paper = Choice(*PAPERS, load_default="80mm", meaning="On which paper.", example="80mm")
    lang = Text(shortest=1, longest=40, allow_none=True, load_default=None, meaning=LANGUAGE, example="de")
