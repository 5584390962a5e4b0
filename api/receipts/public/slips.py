"""What a receipt's holder reads below it: where it stands in the log, and that this can be proved."""

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from api.receipts.public.answers import PublicReceiptAnswer
from api.receipts.slips import slip_of
from api.receipts.texts import TEXTS
from api.slips import Block, Fact, Rule, Slip, Text
from api.slips.languages import Language


def slip_of_holder(receipt: PublicReceiptAnswer, language: Language) -> Slip:
    """The slip in a language."""
    slip, texts = slip_of(receipt, language), TEXTS[language.code]
    zone, recorded = ZoneInfo(receipt.store.timezone), receipt.recorded
    blocks: list[Block] = [Rule()] if receipt.refunds else []
    for refund in receipt.refunds:
        day = language.moment(refund.occurred_at.astimezone(zone))
        blocks.append(Fact(label=f"{texts.refund} {refund.number}", value=day))
        if refund.paid_out is not None:
            money = language.money(refund.paid_out, receipt.currency)
            blocks.append(Fact(label=texts.paid_out.format(currency=receipt.currency), value=money))
    blocks += [
        Rule(),
        Fact(label=texts.place_in_log, value=language.number(Decimal(recorded.position))),
        Fact(label=texts.recorded, value=language.moment(recorded.recorded_at.astimezone(zone))),
        Text(text=texts.sealed if recorded.sealed else texts.unsealed),
    ]
    if recorded.sealed:
        blocks.append(Text(text=texts.proof, address=f"{receipt.proof_url}&format=tlog-proof"))
    return replace(slip, blocks=[*slip.blocks, *blocks])
