"""What is asked of clients who look at receipts, print and send them."""

from api.fields import Body, Choice, Email, Flag, Text
from api.slips import FORMATS, PAPERS

_AS_WHAT = "As what: data, a page, a document, or commands for a printer (ESC/POS)."
_PAPER = "What it is for; without it, what the company prints on. Printers know A4 as their wide roll."
LANGUAGE = (
    "The language of its texts, such as `de` or `fr-CH`; without it, and for one that is not there, the best "
    "of Accept-Language, else English."
)
JSON_FORMAT = "json"


class ReceiptQuery(Body):
    """As what a receipt is shown."""

    format = Choice(JSON_FORMAT, *FORMATS, load_default=JSON_FORMAT, meaning=_AS_WHAT, example="html")
    paper = Choice(*PAPERS, meaning=_PAPER, example="80mm")
    gift = Flag(load_default=False, meaning="Whether it is for a gift, and shows no prices.", example=False)
    lang = Text(shortest=1, longest=40, meaning=LANGUAGE, example="de")


class PrintBody(Body):
    """As what a receipt is printed."""

    format = Choice(JSON_FORMAT, *FORMATS, required=True, meaning=_AS_WHAT, example="escpos")
    paper = Choice(*PAPERS, allow_none=True, load_default=None, meaning=_PAPER, example="80mm")
    open_drawer = Flag(
        load_default=True,
        meaning="Whether the drawer opens: with the original, printed as commands, at a register that has "
        "one, for cash or a payment method that opens it.",
        example=True,
    )
    lang = Text(shortest=1, longest=40, allow_none=True, load_default=None, meaning=LANGUAGE, example="de")


class SendBody(Body):
    """To whom a receipt is sent."""

    email = Email(required=True, meaning="To whom.", example="ada@example.com")
    lang = Text(shortest=1, longest=40, allow_none=True, load_default=None, meaning=LANGUAGE, example="de")
