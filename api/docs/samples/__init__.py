"""Each operation as a request to paste, in several languages, and one refusal of it; from the document alone.

The samples go on where the quick start ends: `MIPOS` and `TOKEN` are variables of the environment.
"""

from typing import Any

from api.docs.samples.calls import Call, call_of
from api.docs.samples.curl import curl
from api.docs.samples.javascript import javascript
from api.docs.samples.python import python
from api.docs.samples.refusals import refusal_of

__all__ = ["Call", "call_of", "curl", "refusal_of", "samples_of"]

Json = dict[str, Any]


def samples_of(method: str, path: str, operation: Json) -> list[tuple[str, str]]:
    """The request in each language, by the key of its tab."""
    call = call_of(method, path, operation)
    return [("curl", curl(call)), ("python", python(call)), ("javascript", javascript(call))]
