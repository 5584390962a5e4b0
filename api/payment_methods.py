"""Payment methods in the API."""

from api.fields import Choice, Code, Flag, Name
from api.settings import Declaration
from domain.payment_methods import KINDS, PaymentMethod

PAYMENT_METHODS = Declaration(
    kind=PaymentMethod,
    path="/api/admin/settings/payment-methods",
    permission="payment_methods",
    fields={
        "name": Name(required=True, meaning="What it is called.", example="Meal voucher"),
        "code": Code(
            required=True,
            meaning="What sales are recorded under; none of `cash`, `card`, `coupon`, `store_credit`, "
            "`account`, `exchange`.",
            example="meal",
        ),
        "kind": Choice(*KINDS, required=True, meaning="What it is. There is one cash, the built-in `cash`."),
        "opens_drawer": Flag(
            load_default=False, meaning="Whether the till opens its drawer for it.", example=False
        ),
        "requires_reference": Flag(
            load_default=False, meaning="Whether a payment needs a `reference`.", example=False
        ),
    },
)
