"""What anyone is answered who holds a receipt."""

from typing import Annotated

from api.answers import Answer, Count, Meaning, Moment, SignedMoney
from api.receipts.answers import PrintedReceiptAnswer


class RecordedAnswer(Answer):
    """Where the sale stands in the shop's log."""

    position: Annotated[Count, Meaning("Its place there, counted from 1.", 1042)]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    hash: Annotated[str, Meaning("The chain hash of what was recorded.", "5deb020688ed…")]
    sealed: Annotated[bool, Meaning("Whether a seal covers it, so that it can be proved.", example=True)]


class GivenBackAnswer(Answer):
    """A refund of it."""

    number: Annotated[str, Meaning("The number of the refund.", "MAIN-1-R-000003")]
    occurred_at: Annotated[Moment, Meaning("When it was given.")]
    paid_out: Annotated[SignedMoney | None, Meaning("What was paid out; null for a gift receipt.", 869)]


class PublicReceiptAnswer(PrintedReceiptAnswer, kw_only=True):
    """A receipt as its holder sees it: who sold it and who bought it are not told."""

    refunds: Annotated[list[GivenBackAnswer], Meaning("What was given back of it, oldest first.", [])]
    recorded: Annotated[RecordedAnswer, Meaning("Its place in the shop's log.")]
    proof_url: Annotated[str, Meaning("Where the proof of that is.", "/api/receipts/…/proof?id=…")]
