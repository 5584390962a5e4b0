"""Payment methods in the API."""

from marshmallow import fields, validate

from api.fields import Code, Flag, Name
from api.settings import Declaration
from domain.payment_methods import KINDS, PaymentMethod

PAYMENT_METHODS = Declaration(
    kind=PaymentMethod,
    path="/api/admin/settings/payment-methods",
    permission="payment_methods",
    fields={
        "name": Name(required=True),
        "code": Code(required=True),
        "kind": fields.String(required=True, validate=validate.OneOf(KINDS)),
        "opens_drawer": Flag(load_default=False),
        "requires_reference": Flag(load_default=False),
    },
)
