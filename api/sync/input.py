"""What is asked of tills that deliver what they did without a connection."""

from typing import ClassVar

from api.fields import Anything, Body, Choice, Id, Many, Moment, Object, OwnId, Text, Whole
from api.queries import PageQuery
from api.sync.kinds import KINDS

#: How many operations a delivery may have, and how many bytes.
MOST_OPERATIONS, MOST_BYTES = 500, 4 * 2**20
_LARGEST = 2**53
#: How an operation of the inbox can be settled.
ACTIONS = ("retry", "edit", "as_unlinked_return", "discard")
_SALE = {
    "lines": [{"variant_id": "14f215ed-6d3d-4e4c-89b4-4e7a6cb6a0a8", "quantity": "2"}],
    "payments": [{"method": "cash", "amount": 965}],
}


class OperationBody(Body):
    """One operation: what a till did, as it would have been sent with a connection."""

    id = OwnId(required=True, meaning="The id of what it makes: the sale, the refund, the shift …")
    seq = Whole(
        least=1,
        most=_LARGEST,
        required=True,
        meaning="Its place in the device's own count of operations, from 1.",
        example=17,
    )
    type = Text(
        shortest=1,
        longest=40,
        required=True,
        meaning=f"What it is: {', '.join(f'`{name}`' for name in KINDS)}. Anything else "
        "is rejected as `not_available_offline` and kept in the inbox.",
        example="order.sale",
    )
    occurred_at = Moment(required=True, meaning="When it happened, by the till's clock.")
    cashier_id = Id(
        allow_none=True,
        load_default=None,
        meaning="Who did it, if not you. It is not permitted unless both of you may, or you settle what "
        "tills did (`sync.resolve`).",
    )
    catalog_position = Whole(
        least=0,
        most=_LARGEST,
        allow_none=True,
        load_default=None,
        meaning="The `X-Read-Position` of the catalog that the till knew then.",
        example=4711,
    )
    number = Text(
        shortest=1,
        longest=60,
        allow_none=True,
        load_default=None,
        meaning="The number that was printed, of the device's own series.",
        example="MAIN-1-X1-000001",
    )
    body = Anything(
        required=True,
        shapes=tuple(kind.body for kind in KINDS.values()),
        meaning="The body of the request that would have done it; what stands in its path is a field of it.",
        example=_SALE,
    )


class SyncBody(Body):
    """What a device did without a connection."""

    device_id = Id(required=True, meaning="This device, by the `id` that enrolling it answered.")
    operations = Many(
        Object(OperationBody()),
        required=True,
        longest=MOST_OPERATIONS,
        meaning="What it did, in any order.",
    )


class StatusQuery(Body):
    """Which device is asked about."""

    device_id = Id(required=True, meaning="This device, by the `id` that enrolling it answered.")


class InboxQuery(PageQuery):
    """Filters of the inbox."""

    status = Choice("rejected", "resolved", "discarded", meaning="Whether somebody has settled it.")
    device_id = Id(meaning="Only what this device sent.")
    register_id = Id(meaning="The register of the device.")
    from_time = Moment(data_key="from", meaning="Rejected at this time or later.")
    to_time = Moment(data_key="to", meaning="Rejected before this time.")


class ResolutionBody(Body):
    """How an operation is settled."""

    example: ClassVar = {"action": "retry", "reason": "The customer came back"}

    action = Choice(
        *ACTIONS,
        required=True,
        meaning="`retry`: decide it again as it is. `edit`: record it as the `body` you send. "
        "`as_unlinked_return`: take the goods of a refund back without their order, as the `body` of a "
        "return says, else for what they were sold at. `discard`: it is not to be recorded. With `edit` and "
        "`as_unlinked_return` it is recorded by your rights, not by the cashier's, and as approved by you.",
    )
    body = Anything(allow_none=True, load_default=None, meaning="The other body.")
    reason = Text(shortest=1, longest=1000, required=True, meaning="Why.", example="The customer came back")
