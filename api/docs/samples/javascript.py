"""A call in JavaScript, with the `fetch` that browsers and Node.js have."""

from collections.abc import Iterator

from api.docs.samples.calls import Call
from api.docs.samples.literals import javascript_literal
from api.media import JSON


def javascript(call: Call) -> str:
    """A module that sends the call, and shows or keeps what is answered."""
    names = "MIPOS, TOKEN" if call.is_signed else "MIPOS"
    return "\n".join(
        [
            *_imports(call),
            f"const {{ {names} }} = process.env;",
            *(f'const {_variable(name)} = "{value}";' for name, value in call.ids.items()),
            *_preparation(call),
            "",
            f"const answer = await fetch({_address(call)}{_options(call)});",
            "if (!answer.ok) throw new Error(await answer.text());",
            _outcome(call),
        ]
    )


def _variable(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def _imports(call: Call) -> list[str]:
    names = [
        *(["openAsBlob"] if call.file or call.form else []),
        *(["writeFileSync"] if call.kept else []),
    ]
    return [f'import {{ {", ".join(names)} }} from "node:fs";', ""] if names else []


def _preparation(call: Call) -> Iterator[str]:
    if call.form:
        yield "const form = new FormData();"
        for name in call.form:
            file = 'await openAsBlob("picture.jpg", { type: "image/jpeg" })'
            yield f'form.append("{name}", {file}, "picture.jpg");'


def _address(call: Call) -> str:
    path = call.path
    for name in call.ids:
        path = path.replace(f"{{{name}}}", f"${{{_variable(name)}}}")
    query = "&".join(f"{name}={value}" for name, value in call.query)
    return f"`${{MIPOS}}{path}{'?' if query else ''}{query}`"


def _options(call: Call) -> str:
    options = [
        *([f'method: "{call.method}",'] if call.method != "GET" else []),
        *_headers(list(_headers_of(call))),
        *([f"body: JSON.stringify({javascript_literal(call.body, 1)}),"] if call.body is not None else []),
        *([f'body: await openAsBlob("{call.file[1]}"),'] if call.file else []),
        *(["body: form,"] if call.form else []),
    ]
    return ", {\n" + "".join(f"  {option}\n" for option in options) + "}" if options else ""


def _headers(headers: list[str]) -> list[str]:
    if len(headers) > 1:
        return ["headers: {", *(f"  {header}," for header in headers), "},"]
    return [f"headers: {{ {header} }}," for header in headers]


def _headers_of(call: Call) -> Iterator[str]:
    if call.is_signed:
        yield "Authorization: `Bearer ${TOKEN}`"
    if call.body is not None or call.file:
        yield f'"Content-Type": "{call.file[0] if call.file else JSON}"'
    if call.takes_key:
        yield '"Idempotency-Key": crypto.randomUUID()'


def _outcome(call: Call) -> str:
    if call.kept:
        return f'writeFileSync("{call.kept}", Buffer.from(await answer.arrayBuffer()));'
    return (
        "console.log((await answer.json()).data);" if call.has_data else "console.log(await answer.text());"
    )
