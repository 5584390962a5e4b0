"""Bodies and queries, and what their fields have in common."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from api.answers import FieldWithoutMeaning
from api.nearest import suggestion

#: An object with so many more fields than it can have is not looked at any further.
MOST_UNKNOWN = 20
#: After so many wrong members the others of a list are not looked at.
MOST_WRONG = 100


class Body(Schema):
    """A request's body or parameters: unknown fields are refused, and every wrong field is named.

    `example` is one of the whole, where those of its fields exclude each other.
    """

    example: ClassVar[Mapping[str, Any] | None] = None
    error_messages = {"type": "Must be an object."}  # noqa: RUF012 as marshmallow has it

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE

    def load(self, data: Any, **kwargs: Any) -> Any:
        """Validate. Collecting errors takes the square of their number, so it is looked at first."""
        if isinstance(data, Mapping) and len(data) > len(self.fields) + MOST_UNKNOWN:
            wrong = [self.error_messages["unknown"]]
            raise ValidationError(dict.fromkeys(data.keys() - self.fields.keys(), wrong))
        return super().load(data, **kwargs)

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        """Say of each unknown field which one may have been meant."""
        del data, many, kwargs
        unknown = [self.error_messages["unknown"]]
        names = [field.data_key or name for name, field in self.fields.items()]
        wrong = error.messages if isinstance(error.messages, dict) else {}
        for name in [name for name, messages in wrong.items() if messages == unknown]:
            wrong[name] = [unknown[0] + suggestion(str(name), names)]


class Described:
    """A field that says what it means: `Name(meaning="What it is called.", example="Till 1")`."""

    def __init__(
        self,
        *args: Any,
        meaning: str = "",
        example: Any = None,
        metadata: Mapping[str, Any] | None = None,
        is_confidential: bool = False,
        **kwargs: Any,
    ) -> None:
        description = {"description": meaning} if meaning else {}
        examples = {} if example is None else {"examples": [example]}
        #: Whether it tells what not everybody may see; whoever repeats it must not learn that it is right.
        self.is_confidential = is_confidential
        metadata = {**description, **examples, **(metadata or {})}
        # It stands before marshmallow's own classes, which take this.
        super().__init__(*args, metadata=metadata, **kwargs)  # type: ignore[call-arg]

    def taken(self, value: Any) -> Any:
        """What the field makes of a value that is there. Raises ValidationError."""
        field: Any = self
        loaded = field._deserialize(value, None, None)  # noqa: SLF001 marshmallow's own way asks more, slowly
        for validate_ in field.validators:
            validate_(loaded)
        return loaded


def check_descriptions(schema: Schema) -> None:
    """Raise FieldWithoutMeaning unless every field of a schema, at any depth, says what it means."""
    for name, field in schema.fields.items():
        if not field.metadata.get("description"):
            raise FieldWithoutMeaning(f"{type(schema).__name__}.{name} says no meaning.")
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            check_descriptions(inner.schema)


class Many(Described, fields.List[Any]):
    """A list of at most `longest` members, which is looked at before they are."""

    default_error_messages = {"invalid": "Must be a list."}  # noqa: RUF012 as marshmallow has it

    def __init__(self, inner: fields.Field[Any], *, longest: int, shortest: int = 0, **kwargs: Any) -> None:
        self._length = validate.Length(min=shortest, max=longest)
        super().__init__(inner, validate=self._length, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        del attr, data
        # An edit may leave out fields of its own, and never those of the members of a list that it brings.
        kwargs.pop("partial", None)
        if not isinstance(value, list):
            raise self.make_error("invalid")
        self._length(value)
        members, wrong = [], {}
        for index, member in enumerate(value):
            try:
                members.append(self.inner.deserialize(member, **kwargs))
            except ValidationError as error:
                wrong[index] = error.messages
                if len(wrong) == MOST_WRONG:
                    break
        if wrong:
            raise ValidationError(wrong)
        return members


class ManyOrWord(Many):
    """A list, or one word that stands for what it would say."""

    def __init__(self, inner: fields.Field[Any], *, word: str, longest: int, **kwargs: Any) -> None:
        self.word = word
        super().__init__(inner, longest=longest, **kwargs)

    def _validate(self, value: Any) -> None:
        if value != self.word:
            super()._validate(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value if value == self.word else super()._deserialize(value, attr, data, **kwargs)


class Object(Described, fields.Nested):
    """The fields of another schema."""


class Anything(Described, fields.Dict):
    """An object of any fields, which whoever takes it looks at; `shapes` are those that it may have."""

    def __init__(self, *, shapes: tuple[Schema, ...] = (), **kwargs: Any) -> None:
        self.shapes = shapes
        super().__init__(**kwargs)
