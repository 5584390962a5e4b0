"""The quick start: sign in, choose a product, ask what a basket costs, sell it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.docs.markup import panel
from api.docs.requests import curl

Json = dict[str, Any]

#: Stands for the page's own address, which its script puts there.
_ADDRESS = "http://localhost:3000"
_TAGS = re.compile(r"</?code>")
_LINES = [{"variant_id": "$VARIANT", "quantity": "1"}]


@dataclass(frozen=True, kw_only=True)
class _Step:
    """A request, its words, and the command around it, where `{}` is the request."""

    method: str = "post"
    path: str
    query: str = ""
    title: str
    words: str
    command: str = "{}"
    body: Json | None = None


STEPS = (
    _Step(
        path="/api/auth/login",
        title="Sign in",
        words="<code>mipos up</code> names the demo users, and says where it keeps their password. "
        "Keep the token for every request. The commands need <code>curl</code> and <code>jq</code>.",
        command=f"MIPOS={_ADDRESS}\nPASSWORD=$(cat .data/demo_password)\n\nTOKEN=$({{}} | jq -r .data.token)",
        body={"username": "cashier@demo.local", "password": "$PASSWORD"},
    ),
    _Step(
        method="get",
        path="/api/pos/products",
        query="?limit=1",
        title="Choose a product",
        words="What is on sale in the cashier's store; here the first of it.",
        command="VARIANT=$({} | jq -r '.data[0].variant_id')",
    ),
    _Step(
        path="/api/pos/quote",
        title="Ask what a basket costs",
        words="Prices, discounts and taxes to the last cent, and nothing is written yet.",
        body={"lines": _LINES},
    ),
    _Step(
        path="/api/pos/orders",
        title="Sell it",
        words="Payment, stock, tax and cost are decided together: all of it happens, or nothing.",
        body={"lines": _LINES, "payments": [{"method": "cash", "amount": 100_000}]},
    ),
)


def quick_start(document: Json) -> str:
    """The steps that this application offers, as an ordered list."""
    shown = "".join(
        f"<li><div><h3>{step.title}</h3><p>{step.words}</p></div>{_panel(step, operation)}</li>"
        for step, operation in _offered(document)
    )
    return f'<ol class="steps">{shown}</ol>'


def plain_start(document: Json) -> str:
    """The same steps in Markdown."""
    return "\n\n".join(
        f"{number}. **{step.title}.** {_TAGS.sub('`', step.words)}\n\n```sh\n{_command(step, operation)}\n```"
        for number, (step, operation) in enumerate(_offered(document), start=1)
    )


def _offered(document: Json) -> Iterator[tuple[_Step, Json]]:
    """The steps that this application has, with their operations."""
    for step in STEPS:
        operation = document["paths"].get(step.path, {}).get(step.method)
        if operation is not None:
            yield step, operation


def _panel(step: _Step, operation: Json) -> str:
    shown = panel("Shell", _command(step, operation))
    return shown.replace(_ADDRESS, f"<span data-origin>{_ADDRESS}</span>")


def _command(step: _Step, operation: Json) -> str:
    request = curl(step.method, step.path + step.query, operation, step.body)
    # Within the quotes of a body the shell puts nothing in, so they end before a variable and begin after it.
    request = re.sub(r"\$(VARIANT|PASSWORD)", r"""'"$\1"'""", request)
    return step.command.format(request)
