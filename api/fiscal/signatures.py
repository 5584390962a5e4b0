"""What a signing device said of a receipt, as clients see it."""

from typing import Annotated

from api.answers import NULL, Answer, Count, Meaning, Moment
from domain.fiscal.signatures import ReceiptSignature


class SignatureAnswer(Answer):
    """What a signing device (TSE, RKSV) said of it; during an outage only since when it could not."""

    serial: Annotated[str | None, Meaning("The serial number of the device.", "abcd1234")]
    counter: Annotated[Count | None, Meaning("Counts its signatures.", 4711)]
    started_at: Annotated[Moment | None, Meaning("When it began to sign.")]
    ended_at: Annotated[Moment | None, Meaning("When it had signed.")]
    signature: Annotated[
        str | None,
        Meaning("As the device wrote it, in its own encoding; null: it was out of order.", "MEUCIQ…"),
    ]
    qr: Annotated[str | None, Meaning("What the code says that is printed.", "V0;1;Kassenbeleg-V1;…")]
    outage_since: Annotated[
        Moment | None, Meaning("Since when the device could not be asked; then nothing else is there.", NULL)
    ]


def show_signature(fiscal: ReceiptSignature | None) -> SignatureAnswer | None:
    """The signature of a receipt, if a device was set up."""
    return SignatureAnswer.of(fiscal) if fiscal else None
