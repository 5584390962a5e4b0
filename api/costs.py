"""Costs: which fields of answers tell of them, and answers for whoever may not see them."""

from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec
from marshmallow import Schema, fields

from api.envelope import encode

#: The metadata of every field that tells of costs, margins or profits.
COST: dict[str, Any] = {"is_cost": True}
#: That of a field by which we are told a cost; whoever repeats it must not learn that it is right.
COST_TOLD: dict[str, Any] = {"is_cost_told": True}
CONFIDENTIAL = {**COST, **COST_TOLD}

#: What is left out of a schema's answers: True for a whole field, or what is left out within it.
Hidden = MappingProxyType[str, Any]
_decode = msgspec.json.Decoder().decode


@cache
def hidden_in(schema: Schema) -> Hidden:
    """What of this schema only those see who hold `costs.view`, by name."""
    found: dict[str, Any] = {}
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if field.metadata.get("is_cost"):
            found[field.data_key or name] = True
        elif isinstance(inner, fields.Nested) and (within := hidden_in(inner.schema)):
            found[field.data_key or name] = within
    return MappingProxyType(found)


def without_costs(body: bytes, schema: Schema | None) -> bytes:
    """An answer's body as it is for whoever may not see costs."""
    hidden = hidden_in(schema) if schema else None
    if not hidden:
        return body
    answer = _decode(body)
    _hide(hidden, answer["data"])
    return encode(answer)


def _hide(hidden: Hidden, data: Any) -> None:
    if isinstance(data, list):
        for one in data:
            _hide(hidden, one)
    elif isinstance(data, dict):
        for name, within in hidden.items():
            if within is True:
                data.pop(name, None)
            else:
                _hide(within, data.get(name))
