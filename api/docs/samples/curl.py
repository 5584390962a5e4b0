"""A call as a command line, for any POSIX shell."""

from collections.abc import Iterator

from api.docs.markup import json_of
from api.docs.samples.calls import Call
from api.media import JSON


def curl(call: Call) -> str:
    """The command, after a line for each id that it is about."""
    ids = [f"{name.upper()}={value}" for name, value in call.ids.items()]
    return "\n".join([*ids, " \\\n  ".join(_words(call))])


def _words(call: Call) -> Iterator[str]:
    yield f'curl {_verb(call)}"{_address(call)}"'
    if call.is_signed:
        yield '-H "Authorization: Bearer $TOKEN"'
    if call.takes_key:
        yield '-H "Idempotency-Key: sample-$(date +%s%N)"'
    if call.body is not None:
        yield f'-H "Content-Type: {JSON}"'
        # Between single quotes a shell leaves all as it is.
        yield f"-d '{quoted(json_of(call.body))}'"
    if call.file:
        yield f'-H "Content-Type: {call.file[0]}"'
        yield f"--data-binary @{call.file[1]}"
    yield from (f'-F "{name}=@picture.jpg"' for name in call.form)
    if call.kept:
        yield f"-o {call.kept}"


def quoted(text: str) -> str:
    """A text between single quotes, which it may have itself."""
    return text.replace("'", "'\\''")


def _verb(call: Call) -> str:
    sends = call.body is not None or call.file or call.form
    return "" if call.method == ("POST" if sends else "GET") else f"-X {call.method} "


def _address(call: Call) -> str:
    path = call.path
    for name in call.ids:
        path = path.replace(f"{{{name}}}", f"${name.upper()}")
    query = "&".join(f"{name}={value}" for name, value in call.query)
    return f"$MIPOS{path}{'?' if query else ''}{query}"
