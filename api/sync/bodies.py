"""Bodies of operations whose request would say in its path what it is about."""

from api.fields import Body, Id, OwnId
from api.shifts.input import ClosingBody, MovementBody


class OfflineMovementBody(MovementBody):
    """Cash that came or went in a shift."""

    shift_id = Id(required=True, meaning="The shift.")


class OfflineEndBody(Body):
    """A shift that was ended."""

    id = OwnId(meaning="The operation's id.")
    shift_id = Id(required=True, meaning="The shift.")


class OfflineClosingBody(ClosingBody):
    """A shift that was closed."""

    id = OwnId(meaning="The operation's id.")
    shift_id = Id(required=True, meaning="The shift.")
