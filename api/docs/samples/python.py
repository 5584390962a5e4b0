"""A call in Python, with requests: what most programs have already, and whose calls read as HTTP does."""

from collections.abc import Iterator

from api.docs.samples.calls import Call
from api.docs.samples.literals import python_literal

_WIDTH = 80


def python(call: Call) -> str:
    """A script that sends the call, and shows or keeps what is answered."""
    return "\n".join(
        [
            *_imports(call),
            "",
            'MIPOS = os.environ["MIPOS"]',
            *(['TOKEN = os.environ["TOKEN"]'] if call.is_signed else []),
            *(f'{name} = "{value}"' for name, value in call.ids.items()),
            "",
            _request(call),
            "if not answer.ok:",
            "    raise SystemExit(answer.text)",
            _outcome(call),
        ]
    )


def _request(call: Call) -> str:
    arguments = list(_arguments(call))
    function = f"answer = requests.{call.method.lower()}"
    flat = f"{function}({', '.join(arguments)})"
    if len(flat) <= _WIDTH:
        return flat
    lines = "".join(f"    {argument},\n" for argument in arguments)
    return f"{function}(\n{lines})"


def _imports(call: Call) -> list[str]:
    own = ["import os", *(["from pathlib import Path"] if call.kept or call.file or call.form else [])]
    return [*own, *(["from uuid import uuid4"] if call.takes_key else []), "", "import requests"]


def _arguments(call: Call) -> Iterator[str]:
    yield f'f"{{MIPOS}}{call.path}"'
    if call.query:
        yield f"params={python_literal(dict(call.query), 1)}"
    if headers := list(_headers(call)):
        shown = ", ".join(headers)
        yield f"headers={{{shown}}}" if len(headers) == 1 else f"headers={{\n{_lines(headers)}    }}"
    if call.body is not None:
        yield f"json={python_literal(call.body, 1)}"
    if call.file:
        yield f'data=Path("{call.file[1]}").read_bytes()'
    if call.form:
        files = ", ".join(f'"{name}": Path("picture.jpg").open("rb")' for name in call.form)
        yield f"files={{{files}}}"
    yield "timeout=30"


def _headers(call: Call) -> Iterator[str]:
    if call.is_signed:
        yield '"Authorization": f"Bearer {TOKEN}"'
    if call.takes_key:
        yield '"Idempotency-Key": str(uuid4())'
    if call.file:
        yield f'"Content-Type": "{call.file[0]}"'


def _lines(headers: list[str]) -> str:
    return "".join(f"        {header},\n" for header in headers)


def _outcome(call: Call) -> str:
    if call.kept:
        return f'Path("{call.kept}").write_bytes(answer.content)'
    return 'print(answer.json()["data"])' if call.has_data else "print(answer.text)"
