"""What is answered of shifts and of what moved in their drawers."""

from typing import Annotated

from api.answers import (
    Answer,
    Count,
    Currency,
    Day,
    Expected,
    Id,
    Meaning,
    Moment,
    Money,
    OwnId,
    Sum,
    Version,
)
from domain.shifts import ShiftStatus
from domain.shifts.entries import EntryKind
from domain.shifts.movements import MovementType


class ShiftTenderAnswer(Answer):
    """What a shift took by one method."""

    method: Annotated[str, Meaning("The code of the method.", "card")]
    net: Annotated[Sum, Meaning("What was paid by it with tips, less what was given back.", 9989)]
    counted: Annotated[Money | None, Meaning("What was counted of it; null if nobody did.")]
    over_short: Annotated[Sum | None, Meaning("What was counted too much, or (below zero) too little.")]


class LateAnswer(Answer):
    """What became known after the close."""

    count: Annotated[Count, Meaning("How many sales, refunds, returns, voids and movements of cash.", 0)]
    total: Annotated[Sum, Meaning("What they come to; movements of cash come to nothing.", 0)]


class RestatedAnswer(Answer):
    """What the close would find by the last count, and by all that is known by now."""

    over_short: Annotated[
        Sum | None, Expected("What is over, or (below zero) short; null before the close.", -5)
    ]


class RecountAnswer(Answer):
    """A count of the cash after the close; the first one stays beside it."""

    counted_cash: Annotated[Money, Meaning("What was counted.", 7385)]
    counted_by: Annotated[Id | None, Meaning("Who counted.")]
    counted_at: Annotated[Moment, Meaning("When it was counted.")]
    reason: Annotated[str, Meaning("Why it was counted again.", "A coin under the drawer")]


class ListedShiftAnswer(Answer):
    """A shift of a register: one drawer, from its opening float to its counted close."""

    id: OwnId
    register_id: Annotated[Id, Meaning("The till that it is about.")]
    store_id: Annotated[Id, Meaning("Where its till stands.")]
    status: Annotated[ShiftStatus, Meaning("Where it stands; nothing is sold in one that is being counted.")]
    opened_by: Annotated[Id | None, Meaning("Who opened it.")]
    opened_at: Annotated[Moment, Meaning("When it was opened.")]
    ended_at: Annotated[Moment | None, Meaning("From when on nothing was sold in it.")]
    closed_by: Annotated[Id | None, Meaning("Who closed it.")]
    closed_at: Annotated[Moment | None, Meaning("When it was closed.")]
    business_dates: Annotated[list[Day], Meaning("The store's days that it belongs to.", ["2026-03-14"])]
    currency: Currency
    opening_float: Annotated[Money, Meaning("What was in the drawer when it was opened.", 10000)]
    expected_float: Annotated[
        Money | None, Meaning("What the register's last shift left there; null for its first.", 10000)
    ]
    float_difference: Annotated[
        Sum | None, Meaning("What was there more, or (below zero) less, than that.", 0)
    ]
    expected_cash: Annotated[Sum, Expected("What should be in the drawer, or should be then.", 7385)]
    counted_cash: Annotated[Money | None, Meaning("What was counted when it was closed.", 7380)]
    over_short: Annotated[Sum | None, Expected("What was counted too much, or (below zero) too little.", -5)]
    closing_float: Annotated[Money | None, Meaning("What stayed in the drawer for the next shift.", 5000)]
    tenders: Annotated[list[ShiftTenderAnswer], Expected("What it took by method.")]
    z_number: Annotated[Count | None, Meaning("The number of its report, counted by register.", 1)]
    needs_review: Annotated[
        bool,
        Meaning(
            "Whether somebody should look at its count, at a flag, a gap or late news.",
            example=False,
        ),
    ]
    late: Annotated[LateAnswer, Meaning("What became known after the close.")]
    restated: Annotated[RestatedAnswer, Meaning("What the close would find by now.")]
    version: Version


class ShiftAnswer(ListedShiftAnswer, kw_only=True):
    """A shift by itself, with what was said of it."""

    over_short_reason: Annotated[
        str | None, Meaning("Why the count was off, as whoever closed it said.", "Wrong change")
    ]
    note: Annotated[str | None, Meaning("A note on the close, else on the opening.")]
    recounts: Annotated[list[RecountAnswer], Meaning("Counts after the close, oldest first.")]


class CashMovementAnswer(Answer):
    """Cash that came or went without a sale, or the drawer just opened."""

    id: OwnId
    shift_id: Annotated[Id, Meaning("Whose drawer it went into or came out of.")]
    type: Annotated[MovementType, Meaning("Which way it went.")]
    amount: Annotated[Money, Meaning("How much moved; nothing when the drawer was just opened.", 5000)]
    reason: Annotated[str, Meaning("Why.", "safe")]
    reference: Annotated[str | None, Meaning("Your own reference.", "Bag 17")]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.")]
    cashier_id: Annotated[Id | None, Meaning("Who moved it.")]
    occurred_at: Annotated[Moment, Meaning("When it moved.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    balance_after: Annotated[Sum, Expected("What should be in the drawer after it.", 12385)]


class RecordedMovementAnswer(CashMovementAnswer, kw_only=True):
    """A movement that was just recorded."""

    expected_cash: Annotated[Sum, Expected("What should be in the drawer now.", 12385)]
    version: Annotated[int, Meaning("How often the shift was changed by then; its `ETag`.", 2)]


class DrawerEntryAnswer(Answer):
    """Something that changed a drawer, or opened it."""

    id: Annotated[Id, Meaning("The order or return; of what moved without a sale, the shift.")]
    kind: Annotated[EntryKind, Meaning("What it was.")]
    label: Annotated[str | None, Meaning("The number of the receipt, or the reason.", "MAIN-1-000001")]
    cashier_id: Annotated[Id | None, Meaning("Who did it.")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    amount: Annotated[Sum, Expected("What it brought, or (below zero) took.", 1800)]
    is_late: Annotated[
        bool, Meaning("Whether it became known after the close, so that it is in no balance.", example=False)
    ]
    balance_after: Annotated[
        Sum | None,
        Expected("What should be in the drawer after it; null for late news.", 11800),
    ]


class DrawerAnswer(Answer):
    """What changed a drawer, in order, and what should be in it then."""

    shift_id: Annotated[Id, Meaning("Whose drawer it is.")]
    currency: Currency
    at: Annotated[Moment | None, Meaning("The moment that was asked about; null for now.")]
    expected_cash: Annotated[Sum, Expected("What should have been in the drawer then.", 11800)]
    entries: Annotated[list[DrawerEntryAnswer], Meaning("What changed it up to then.")]


class CandidateAnswer(Answer):
    """One or two entries that would explain the difference of a count."""

    amount: Annotated[Sum, Meaning("What they come to together.", 1800)]
    entries: Annotated[list[DrawerEntryAnswer], Meaning("The entry, or both.")]


class CandidatesAnswer(Answer):
    """Why a drawer may be over or short."""

    over_short: Annotated[Sum | None, Expected("What is to be explained; null before the close.", -1800)]
    candidates: Annotated[list[CandidateAnswer], Expected("What would explain it, single entries first.")]
