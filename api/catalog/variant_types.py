"""Variant types in the API."""

from typing import Any

from marshmallow import ValidationError

from api.fields import Many, Name, Text
from api.settings import Declaration
from domain.catalog.variant_types import VariantType
from domain.settings import InUse, name_key

MOST_VALUES = 100


class Values(Many):
    """What one chooses from, in order; no two of them differ by letter case alone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Text(shortest=1, longest=60), shortest=1, longest=MOST_VALUES, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        values = tuple(super()._deserialize(value, attr, data, **kwargs))
        keys = [name_key(one or "") for one in values]
        twice = [index for index, key in enumerate(keys) if key in keys[:index]]
        if twice:
            raise ValidationError({index: ["It occurs twice."] for index in twice})
        return values


VARIANT_TYPES = Declaration(
    kind=VariantType,
    path="/api/admin/settings/variant-types",
    permission="variant_types",
    edit_refusals=(InUse,),
    fields={
        "name": Name(
            required=True, meaning="What it is called, as in the `options` of variants.", example="Size"
        ),
        "values": Values(
            required=True,
            meaning="What one chooses from, in order; no two differ by letter case alone.",
            example=["S", "M", "L"],
        ),
    },
)
