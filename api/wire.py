"""JSON on the wire."""

from typing import Any

import falcon.media
import msgspec


def _loads(text: str | bytes) -> Any:
    return msgspec.json.decode(text)


def _dumps(value: Any) -> bytes:
    return msgspec.json.encode(value)


# NOTE: falcon's own handler would go through str; ours writes bytes.
JSON_HANDLER = falcon.media.JSONHandler(dumps=_dumps, loads=_loads)
