"""The quick start: sign in, ask what a basket costs, sell it."""

from typing import Any

from api.docs.markup import panel
from api.docs.operations import curl

Json = dict[str, Any]

_STEPS = (
    (
        "/api/auth/login",
        "Sign in",
        "<code>mipos up</code> names the demo users and their password. Keep the token for every request.",
        "MIPOS=http://localhost:3000\n\nTOKEN=$({} | jq -r .data.token)",
    ),
    (
        "/api/pos/quote",
        "Ask what a basket costs",
        "Prices, discounts and taxes to the last cent, and nothing is written yet.",
        "{}",
    ),
    (
        "/api/pos/orders",
        "Sell it",
        "Payment, stock, tax and cost are decided together: all of it happens, or nothing.",
        "{}",
    ),
)


def quick_start(document: Json) -> str:
    """The steps that this application offers, as an ordered list."""
    steps = []
    for path, title, words, template in _STEPS:
        told = document["paths"].get(path, {}).get("post")
        if told is not None:
            text = template.format(curl("post", path, told))
            steps.append(f"<li><div><h3>{title}</h3><p>{words}</p></div>{panel('Shell', text)}</li>")
    return f'<ol class="steps">{"".join(steps)}</ol>'
