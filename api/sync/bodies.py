"""Bodies of operations whose request would say in its path what it is about."""

from api.fields import Body, Id, OwnId
from api.orders.exchange_input import ExchangeBody
from api.orders.refund_input import RefundBody, VoidBody
from api.orders.unlinked_return_input import UnlinkedReturnBody
from api.shifts.input import ClosingBody, MovementBody


class OfflineMovementBody(MovementBody):
    """Cash that came or went in a shift."""

    shift_id = Id(required=True, meaning="Whose drawer it went into or came out of.")


class OfflineEndBody(Body):
    """A shift that was ended."""

    id = OwnId(meaning="The operation's id.")
    shift_id = Id(required=True, meaning="Which is over: nothing more is sold in it.")


class OfflineClosingBody(ClosingBody):
    """A shift that was closed."""

    id = OwnId(meaning="The operation's id.")
    shift_id = Id(required=True, meaning="Whose drawer was counted.")


class OfflineRefundBody(RefundBody):
    """Money that was given back of an order."""

    order_id = Id(required=True, meaning="The sale that it gives money back for.")
    shift_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The shift whose drawer paid; without it the open one of the register, if it was open then.",
    )


class OfflineVoidBody(VoidBody):
    """A sale that was taken back."""

    id = OwnId(meaning="The operation's id.")
    order_id = Id(required=True, meaning="The sale that it takes back whole.")


class OfflineExchangeBody(ExchangeBody):
    """Goods that were exchanged."""

    shift_id = Id(allow_none=True, load_default=None, meaning="The shift whose drawer it was.")


class OfflineReturnBody(UnlinkedReturnBody):
    """Goods that came back without their order."""

    shift_id = Id(allow_none=True, load_default=None, meaning="The shift whose drawer paid.")
