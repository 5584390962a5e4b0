"""GET /api/receipts/{token}/proof: for its holder, that the sale is in the shop's sealed log."""

from falcon import Request, Response

from api.audit.proving import PAYLOAD, prove, tlog_proof
from api.audit.seal_answers import ProofAnswer
from api.media import TEXT
from api.operations import PUBLIC, operation
from api.receipt_addresses import ReceiptPlace
from api.receipts.public.holder import ABOUT, OfHolder, order_at
from api.receipts.public.input import PublicProofQuery
from api.services import Reading
from commands.ports import Missing
from domain.seals.refusals import NotProvable, NotSealedYet
from projections.seals import find_seal


class PublicProof(OfHolder):
    """The proof of a receipt, for its holder."""

    @operation(
        PUBLIC,
        "Prove a receipt to its holder",
        query=PublicProofQuery(),
        answer=ProofAnswer,
        media=(TEXT,),
        refusals=(Missing, NotSealedYet, NotProvable),
        description="That something of this kind was recorded of this order, when, and at which place of the "
        "log; what it says, and who did it, are withheld: of them there is a digest. With the key that the "
        f"shop prints or publishes anybody checks it, `verify_log.py` does. {ABOUT}",
    )
    def on_get(self, req: Request, resp: Response, token: str) -> None:
        """The event that the order began with, its path, and the signed checkpoint.

        Raises Missing, NotSealedYet, NotProvable.
        """
        proof = self.ask_of(req, token, _proved)
        if req.context.query["format"] == "tlog-proof":
            resp.content_type, resp.data = f"{TEXT}; charset=utf-8", tlog_proof(proof).encode()
        else:
            self.answer(req, resp, proof)


def _proved(reading: Reading, place: ReceiptPlace) -> ProofAnswer:
    order, began = order_at(reading, place)
    if order.sold is not None and order.sold.salt is None:
        # The holder knows most of the sale: of the digest of the rest its costs could be found by trying.
        raise NotProvable
    return prove(reading, began, find_seal(reading.db), PAYLOAD)
