"""The quick start: sign in, choose a product, ask what a basket costs, sell it."""

import re
from dataclasses import dataclass
from typing import Any

from api.docs.markup import panel
from api.docs.operations import curl

Json = dict[str, Any]

#: Stands for the page's own address, which its script puts there.
_ADDRESS = "http://localhost:3000"
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
        for step in STEPS
        if (operation := document["paths"].get(step.path, {}).get(step.method)) is not None
    )
    return f'<ol class="steps">{shown}</ol>'


def _panel(step: _Step, operation: Json) -> str:
    request = curl(step.method, step.path + step.query, operation, step.body)
    # Within the quotes of a body the shell puts nothing in, so they end before a variable and begin after it.
    request = re.sub(r"\$(VARIANT|PASSWORD)", r"""'"$\1"'""", request)
    shown = panel("Shell", step.command.format(request))
    return shown.replace(_ADDRESS, f"<span data-origin>{_ADDRESS}</span>")
