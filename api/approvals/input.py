"""What is asked of a till where somebody approves."""

from typing import Any, ClassVar

from marshmallow import ValidationError, validates_schema

from api.fields import Body, Choice, Id, Money, Secret, Text
from domain.approvals import APPROVABLE, MONEY_BACK


class ApprovalBody(Body):
    """Who approves, and what: one key, with one order and up to an amount if they are named."""

    example: ClassVar = {
        "username": "admin@demo.local",
        "password": "correct horse battery staple",
        "key": "orders.refund",
        "order_id": "ca13a6b2-c965-4b38-81fc-9ffe25a7a4fc",
        "amount": 435,
    }

    username = Text(
        shortest=1,
        longest=200,
        required=True,
        meaning="The approver's user name.",
        example="admin@demo.local",
    )
    password = Secret(meaning="The approver's password.", example="correct horse battery staple")
    pin = Secret(meaning="The approver's pin instead, at an enrolled device.")
    device_id = Id(meaning="The device at which the pin is entered.")
    key = Choice(*sorted(APPROVABLE), required=True, meaning="What is approved.", example="orders.refund")
    order_id = Id(
        meaning="The only order it is for: that of the path, else the body's `order_id`, else its `id`.",
    )
    amount = Money(least=0, meaning="The most that may go back, for keys that give money back.")

    @validates_schema
    def check_secret(self, body: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError unless there is a password, or instead of it a pin with a device."""
        if ("password" in body) == ("pin" in body):
            raise ValidationError({"password": ["Either a password or a pin."]})
        if "pin" in body and "device_id" not in body:
            raise ValidationError({"device_id": ["Pins are good at enrolled devices only."]})

    @validates_schema
    def check_amount(self, body: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError for the amount of what gives no money back."""
        if "amount" in body and body.get("key") not in MONEY_BACK:
            raise ValidationError({"amount": ["Only for what gives money back."]})
