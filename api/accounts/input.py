"""What is asked of clients about customers' accounts."""

from api.accounts.answers import CreditEntryAnswer, StatementEntryAnswer
from api.answers import meanings_of
from api.fields import Body, Day, Flag, Id, Many, Money, SignedMoney, Text, optional

_CREDIT, _ENTRY = meanings_of(CreditEntryAnswer), meanings_of(StatementEntryAnswer)


class CreditBody(Body):
    """Store credit that is given or taken away by hand."""

    amount = SignedMoney(
        required=True,
        meaning="What is given, or (negative) taken away; not 0.",
        example=2500,
    )
    reason = Text(shortest=1, longest=1000, required=True, meaning="Why.", example="Sorry for the delay")
    expires_on = Day(allow_none=True, load_default=None, **_CREDIT["expires_on"])


class DuesPaymentBody(Body):
    """A payment of what a customer owes."""

    amount = Money(least=1, required=True, meaning="What is paid.", example=2500)
    method = Text(
        shortest=1,
        longest=50,
        required=True,
        meaning="`cash`, `card`, `coupon`, `store_credit`, or the code of a payment method of the company, "
        "such as a bank transfer (`POST /api/admin/settings/payment-methods`).",
        example="card",
    )
    reference = optional(200, **_ENTRY["reference"])
    order_ids = Many(
        Id(),
        longest=500,
        load_default=list,
        meaning="The orders that are paid; without any, those that are due first.",
    )
    as_credit = Flag(
        load_default=False, meaning="What is more than is owed becomes store credit, and is not refused."
    )


class StatementQuery(Body):
    """Which days a statement tells of."""

    from_date = Day(
        data_key="from",
        meaning="The first business date; without it, 90 days before the last.",
        example="2026-03-01",
    )
    to_date = Day(data_key="to", meaning="The last business date; without it, today.", example="2026-03-31")
