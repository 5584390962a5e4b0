"""Ids and files."""

from typing import Any

from marshmallow import ValidationError, fields

from api.fields.body import Described, Many


class File(Described, fields.Field[bytes]):
    """The bytes of a file within a form. `longest` is in bytes, `media_types` are what it may be."""

    def __init__(self, *, longest: int, media_types: tuple[str, ...], **kwargs: Any) -> None:
        self.longest, self.media_types = longest, media_types
        super().__init__(**kwargs)


class Id(Described, fields.UUID):
    """A UUID."""

    default_error_messages = {  # noqa: RUF012 as marshmallow has it
        "invalid_uuid": "Not a valid UUID, such as 0190f5a1-7c3e-7abc-8def-0123456789a0."
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid_uuid")
        return super()._deserialize(value, attr, data, **kwargs)


class OwnId(Id):
    """A UUID of the client's own making; not the nil UUID, which stands for nothing at all."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        own = super()._deserialize(value, attr, data, **kwargs)
        if own.int == 0:
            raise ValidationError("The nil UUID names nothing.")
        return own


class Ids(Many):
    """UUIDs, as a parameter of the query that may be given more than once."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(Id(), longest=longest, shortest=1, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        several = value if isinstance(value, list) else [value]
        try:
            return list(dict.fromkeys(super()._deserialize(several, attr, data, **kwargs)))
        except ValidationError:
            # Which of them it is has no name in a query.
            raise self.inner.make_error("invalid_uuid") from None
