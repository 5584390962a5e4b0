"""What is asked of whoever holds a receipt: its address, whole."""

from api.fields import Body, Choice, Text
from api.receipts.input import LANGUAGE

PAGE, PDF = "html", "pdf"
PROOF_FORMATS = ("json", "tlog-proof")


class _AddressQuery(Body):
    """The part of the address that says whose receipt it is."""

    id = Text(
        required=True,
        shortest=1,
        longest=60,
        meaning="What stands behind `?id=` in the QR code.",
        example="AEBAGBAFAYDQQCIKBMGA2DQPCAAREEYUCULBOGAZDINRYHI6D4QA",
    )


class PublicReceiptQuery(_AddressQuery):
    """As what the receipt is shown."""

    format = Choice(
        "json",
        PAGE,
        PDF,
        meaning="As what: data, a page or a document; without it, a page for who prefers one to data.",
        example="html",
    )
    lang = Text(shortest=1, longest=40, meaning=LANGUAGE, example="de")


class PublicProofQuery(_AddressQuery):
    """As what the proof is given."""

    format = Choice(
        *PROOF_FORMATS,
        load_default="json",
        meaning="As data, or as one text that verifiers read (C2SP tlog-proof).",
        example="tlog-proof",
    )
