"""Letters that enclose a receipt."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from api.receipt_addresses import ReceiptAddresses
from api.receipts.slips import slip_of
from api.receipts.sources import source_of
from api.receipts.texts import TEXTS
from api.services import Reading
from api.slips import FORMATS, PAPERS
from api.slips.languages import LANGUAGES
from commands.ports import Missing
from domain.orders import Order

#: What people print at home on.
_PAPER = "a4"


@dataclass(frozen=True, kw_only=True)
class ReceiptLetter:
    """A letter about a receipt; `write` writes the receipt as a PDF, of the order at that version."""

    subject: str
    text: str
    number: str
    reply_to: str | None
    version: int
    write: Callable[[], bytes]


def receipt_letter(
    reading: Reading, order_id: UUID, refund_id: UUID | None, language: str, addresses: ReceiptAddresses
) -> ReceiptLetter:
    """The letter in a language, with names and texts of now. Raises Missing."""
    orders: list[Order] = reading.aggregates(Order, [order_id])
    if not orders:
        raise Missing
    source = source_of(reading, orders[0], refund_id, addresses)
    texts, company = TEXTS[language], source.context.company
    slip = slip_of(source.receipt(language, copy=0), LANGUAGES[language])
    return ReceiptLetter(
        subject=" ".join(f"{company.name}: {slip.title}".split()),
        text=texts.letter.format(number=source.number, company=company.name),
        number=source.number,
        reply_to=company.email,
        version=source.order.version,
        write=partial(FORMATS["pdf"][1], slip, PAPERS[_PAPER]),
    )
