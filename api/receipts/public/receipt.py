"""GET /api/receipts/{token}: the receipt, for whoever holds it."""

from datetime import UTC, datetime, timedelta
from functools import partial

from falcon import Request, Response
from msgspec.structs import asdict

from api import media
from api.operations import PUBLIC, operation
from api.receipt_addresses import ReceiptPlace
from api.receipts.gifts import without_prices
from api.receipts.public.answers import GivenBackAnswer, PublicReceiptAnswer, RecordedAnswer
from api.receipts.public.holder import ABOUT, OfHolder, order_at
from api.receipts.public.input import PAGE, PDF, PublicReceiptQuery
from api.receipts.public.slips import slip_of_holder
from api.receipts.resource import choose_language, name_file, write_file
from api.receipts.sources import source_of
from api.services import Reading, Services
from commands.ports import Missing
from domain.orders import Order
from projections.base import Row
from projections.seals import find_seal

#: A page is as narrow as a telephone, a document as what people print at home on.
_PAPERS = {PAGE: "80mm", PDF: "a4"}
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class PublicReceipt(OfHolder):
    """A receipt, for its holder."""

    @operation(
        PUBLIC,
        "Show a receipt to its holder",
        query=PublicReceiptQuery(),
        answer=PublicReceiptAnswer,
        media=(media.HTML, media.PDF),
        refusals=(Missing,),
        description=f"Without costs, staff and customer; a gift receipt leads to no prices. {ABOUT}",
    )
    def on_get(self, req: Request, resp: Response, token: str) -> None:
        """The receipt as it is by now: what was given back or taken back since is told. Raises Missing."""
        query = req.context.query
        language = choose_language(req, resp, query.get("lang"))
        receipt = self.ask_of(req, token, partial(_shown, services=self.services, language=language.code))
        # Whoever finds a receipt's address somewhere need not find it in a search engine as well.
        resp.set_header("X-Robots-Tag", "noindex")
        written_as = query.get("format") or _preferred(req)
        if written_as == "json":
            self.answer(req, resp, receipt)
            return
        name_file(resp, written_as, receipt.number)
        resp.data = write_file(written_as, _PAPERS[written_as], slip_of_holder(receipt, language))


def _preferred(req: Request) -> str:
    return PAGE if req.client_prefers((media.JSON, media.HTML)) == media.HTML else "json"


def _shown(
    reading: Reading, place: ReceiptPlace, *, services: Services, language: str
) -> PublicReceiptAnswer:
    order, began = order_at(reading, place)
    receipt = source_of(reading, order, None, services.receipts).receipt(language, copy=0)
    if place.is_gift:
        receipt = without_prices(receipt, receipt.qr_text)
    shown = {**asdict(receipt), "cashier": None, "customer": None}
    shown.pop("order", None)
    address = services.receipts.of(place.company_id, place.order_id, is_gift=place.is_gift)
    return PublicReceiptAnswer(
        **{**shown, "qr_text": address},
        refunds=_refunds(order, is_gift=place.is_gift),
        recorded=_recorded(began, find_seal(reading.db)),
        proof_url=address.replace("?id=", "/proof?id="),
    )


def _refunds(order: Order, *, is_gift: bool) -> list[GivenBackAnswer]:
    return [
        GivenBackAnswer(
            number=refund.number,
            occurred_at=refund.occurred_at,
            paid_out=None if is_gift else refund.total + refund.rounding + refund.tip,
        )
        for refund in order.refunds
    ]


def _recorded(began: Row, seal: Row | None) -> RecordedAnswer:
    return RecordedAnswer(
        position=began["position"],
        recorded_at=_BEGINNING + timedelta(microseconds=began["recorded_at"]),
        hash=began["hash"].hex(),
        sealed=seal is not None and began["position"] <= seal["size"],
    )
