"""Reads bodies of JSON, and says of those that are none where."""

import re
from typing import Any

import msgspec

from api.failures import MalformedJson

_decode = msgspec.json.Decoder().decode
#: How msgspec says where it stopped.
_PLACE = re.compile(r"^(?:JSON is malformed: )?(.*?)(?: \(byte (\d+)\))?$", re.DOTALL)


def decode_json(raw: bytes) -> Any:
    """What a body says. Raises MalformedJson, naming line and column."""
    try:
        return _decode(raw)
    except RecursionError as error:
        raise MalformedJson("The body is nested too deeply.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedJson(_reason(raw, str(error))) from error


def _reason(raw: bytes, words: str) -> str:
    if not raw.strip():
        return "The body is empty; it must be a JSON object."
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return _message(raw, "it is not encoded in UTF-8", error.start)
    reason, place = _PLACE.fullmatch(words).groups()  # type: ignore[union-attr]
    if place is not None:
        return _message(raw, reason, int(place))
    return _message(raw, "it ends too early", len(raw)) if "truncated" in reason else f"{MalformedJson()}"


def _message(raw: bytes, reason: str, place: int) -> str:
    line = raw.count(b"\n", 0, place) + 1
    start = raw.rfind(b"\n", 0, place) + 1
    column = len(raw[start:place].decode(errors="replace")) + 1
    return f"The body is not valid JSON: {reason}, at line {line}, column {column}."
