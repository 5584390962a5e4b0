"""Places in the log, by their number or by a time."""

from typing import Any, Final

from marshmallow import fields

from api.fields.body import Described
from api.fields.numbers import Whole
from api.fields.times import Moment

#: No log has more events.
FARTHEST: Final = 2**62


class PositionOrMoment(Described, fields.Field[Any]):
    """A position of the log, as a number, or a time, as a text."""

    def __init__(self, **kwargs: Any) -> None:
        self._position, self._moment = Whole(least=1, most=FARTHEST), Moment()
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        kind = self._moment if isinstance(value, str) else self._position
        return kind.deserialize(value, attr, data, **kwargs)
