"""The envelopes that answers come in, each a component of its own, so that operations share them."""

from typing import Any

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/"
#: How the envelope of many is called, by its kind of pagination.
_LISTS = {
    None: "List",
    "Pagination": "Page",
    "Cursor": "Stretch",
    "CursorBackwards": "StretchBackwards",
    "CursorBothWays": "StretchBothWays",
}
#: Without any data.
_DONE = "Done"


class NamelessAnswer(Exception):
    """What an operation answers with has no name, so its envelope would have none."""


class TwoEnvelopesOfOneName(Exception):
    """Two envelopes have the same name, and clients would take one for the other."""


class Envelopes:
    """The envelopes of answers by the names of their components."""

    def __init__(self) -> None:
        self._components: dict[str, Json] = {}

    def components(self) -> dict[str, Json]:
        """Every envelope that was referred to."""
        return self._components

    def of(self, data: Json) -> Json:
        """A reference to the envelope of one thing, or of nothing. Raises NamelessAnswer."""
        return self._refer(f"{_name_of(data)}Answer" if data else _DONE, envelope(data, None))

    def of_many(self, data: Json, pages: str | None) -> Json:
        """A reference to the envelope of a list. Raises NamelessAnswer."""
        many = {"type": "array", "items": data}
        return self._refer(_name_of(data) + _LISTS[pages], envelope(many, pages))

    def _refer(self, name: str, written: Json) -> Json:
        if self._components.setdefault(name, written) != written:
            raise TwoEnvelopesOfOneName(name)
        return {"$ref": _REFERENCE + name}


def envelope(data: Json, pages: str | None, *, success: bool = True) -> Json:
    """The envelope around data."""
    schema: Json = {
        "type": "object",
        "required": ["success", "message", "data"],
        "properties": {
            "success": {"const": success},
            "message": {"type": "string", "description": "One sentence for a person.", "examples": ["OK"]},
            "data": data,
        },
    }
    if pages is not None:
        schema["required"].append("pagination")
        schema["properties"]["pagination"] = {"$ref": _REFERENCE + pages}
    return schema


def _name_of(data: Json) -> str:
    if "anyOf" in data:
        return "Or".join(_name_of(one) for one in data["anyOf"])
    if "items" in data:
        return f"{_name_of(data['items'])}List"
    if "$ref" not in data:
        raise NamelessAnswer(str(data))
    return str(data["$ref"]).removeprefix(_REFERENCE)
