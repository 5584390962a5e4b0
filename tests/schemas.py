"""Schemas of the OpenAPI document that stand by themselves."""

import json
import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r'"\$ref": "#/components/schemas/([^"/]+)"')


def standalone(schema: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema, with those that it leads to and no others: a validator reads all that it is given."""
    known, found, waiting = document["components"]["schemas"], {}, [schema]
    while waiting:
        for name in _REFERENCE.findall(json.dumps(waiting.pop())):
            if name not in found:
                found[name] = known[name]
                waiting.append(known[name])
    return {**schema, "components": {"schemas": found}}
