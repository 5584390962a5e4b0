"""What showing, printing and sending receipts have in common."""

from uuid import UUID

from falcon import Request, Response

from api.media import HTML
from api.receipts.sources import Kind, Source, source_of
from api.resource import Resource
from api.services import Reading, Services
from api.slips import FORMATS, PAPERS, Slip
from api.slips.languages import Language, language_of

#: A page with a style of its own, and nothing else.
_PAPER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class ReceiptResource(Resource):
    """A resource of receipts of one kind."""

    def __init__(self, services: Services, kind: Kind) -> None:
        super().__init__(services)
        self.kind = kind

    def find(self, req: Request, resp: Response, order_id: UUID, refund_id: UUID | None) -> Source:
        """What the receipt is of. Raises Missing."""
        caller = req.context.caller

        def question(reading: Reading) -> Source:
            order = self.kind.find(reading, caller, order_id, refund_id)
            return source_of(reading, order, refund_id, self.services.receipts)

        return self.ask(req, resp, question)


def choose_language(req: Request, resp: Response, name: str | None) -> Language:
    """The language that is asked for, which the answer names."""
    language = language_of(name, req.get_header("Accept-Language"))
    resp.set_header("Content-Language", language.code)
    resp.append_header("Vary", "Accept-Language")
    return language


def name_file(resp: Response, written_as: str, number: str) -> None:
    """Say in the answer's headers what its body is, and how a browser shows and keeps it."""
    media_type, _ = FORMATS[written_as]
    resp.content_type = f"{media_type}; charset=utf-8" if media_type == HTML else media_type
    resp.viewable_as = f"{number}.{written_as}"
    resp.set_header("Content-Security-Policy", _PAPER_POLICY)


def write_file(written_as: str, paper: str, slip: Slip) -> bytes:
    """The slip in a format. Raises Busy."""
    return FORMATS[written_as][1](slip, PAPERS[paper])
