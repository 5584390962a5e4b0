"""What is mailed: which documents there are, and the letters that enclose them."""

from functools import partial

from api.documents import FORMATS
from api.media import PDF
from api.receipt_addresses import ReceiptAddresses
from api.receipts.letters import receipt_letter
from api.stock.purchase_orders.document import document_of
from domain.orders import Order
from domain.stock.purchase_orders import OPEN, PurchaseOrder
from infra.decisions.reading import Reading
from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job
from infra.jobs.mail import Letter, Waiting, mailing
from infra.outbox.messages import Enclosure, MailServer, Messenger, Outbox
from infra.postgres.transactions import Transaction
from infra.runtime.settings import Settings
from projections.companies import find_company


def messenger_of(settings: Settings) -> Messenger:
    """The mail server, or a folder where none is named."""
    if settings.smtp_url and settings.mail_from:
        return MailServer(settings.smtp_url, settings.mail_from)
    return Outbox(settings.outbox, settings.mail_from)


def mail_job(settings: Settings) -> Job:
    """The job that mails what waits."""
    addresses = ReceiptAddresses.of_installation(
        settings.sealing_key(), settings.former_data_keys, settings.public_url
    )
    return mailing(messenger_of(settings), partial(compose, addresses=addresses))


def compose(
    db: Transaction, writer: EventWriter, waiting: Waiting, *, addresses: ReceiptAddresses
) -> Letter | None:
    """A letter with the document as it is now; None for one that holds no more."""
    reading = Reading(db, writer)
    if waiting.document == Order.type_name:
        return _receipt(reading, waiting, addresses)
    assert waiting.document == PurchaseOrder.type_name  # noqa: S101 nothing else is mailed
    return _purchase_order(reading, waiting)


def _receipt(reading: Reading, waiting: Waiting, addresses: ReceiptAddresses) -> Letter:
    letter = receipt_letter(reading, waiting.document_id, waiting.part_id, waiting.language, addresses)
    return Letter(
        subject=letter.subject,
        text=letter.text,
        enclose=lambda: Enclosure(
            id=waiting.id,
            name=f"{letter.number}.pdf",
            media_type=PDF,
            content=letter.write(),
            reply_to=letter.reply_to,
            customer_id=waiting.customer_id,
        ),
        document_version=letter.version,
    )


def _purchase_order(reading: Reading, waiting: Waiting) -> Letter | None:
    (order,) = reading.aggregates(PurchaseOrder, [waiting.document_id])
    company = find_company(reading.db)
    if order.status not in OPEN or company is None:
        return None
    media_type, written = FORMATS["pdf"]
    document = document_of(reading, order, with_costs=True)
    return Letter(
        subject=" ".join(f"{company['name']}: purchase order {order.number}".split()),
        text=_text(company["name"], order.number),
        enclose=lambda: Enclosure(
            id=waiting.id,
            name=f"{order.number}.pdf",
            media_type=media_type,
            content=written(document),
            reply_to=company["email"],
        ),
        document_version=order.version,
    )


def _text(company: str, number: str) -> str:
    return (
        f"Good day,\n\n{company} orders from you what is in the enclosed document: {number}.\n\n"
        f"Please name {number} on your delivery note and invoice.\n\nKind regards\n{company}\n"
    )
