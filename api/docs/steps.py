"""What the quick start does, in commands for bash and zsh that can be pasted as often as one likes."""

from dataclasses import dataclass

#: Stands for the address at which the page is read.
ADDRESS = "http://localhost:3000"


@dataclass(frozen=True, kw_only=True)
class Step:
    """An operation, its words in Markdown, and the command to paste."""

    method: str
    path: str
    title: str
    words: str
    command: str


STEPS = (
    Step(
        method="post",
        path="/api/auth/login",
        title="Sign in",
        words="In bash or zsh, with `curl`, in the folder from which `mipos up` was started: it made the "
        "demo users, and keeps their password there. Without the demo, put in the user name and password "
        "that an admin gave you. `pick` takes one value out of an answer.",
        command=rf"""export MIPOS={ADDRESS}
PASSWORD=$(cat .data/demo_password)
pick() {{ grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }}

export TOKEN=$(curl -s "$MIPOS/api/auth/login" \
  -H "Content-Type: application/json" \
  -d '{{"username": "cashier@demo.local", "password": "'"$PASSWORD"'"}}' | pick token)""",
    ),
    Step(
        method="get",
        path="/api/pos/products",
        title="Choose a product",
        words="What is sold in the cashier's store; here the demo's milk. Without the demo, leave out "
        "`search` and take the first of yours that is active and in stock.",
        command="""VARIANT=$(curl -s "$MIPOS/api/pos/products?limit=1&search=whole+milk" \\
  -H "Authorization: Bearer $TOKEN" | pick variant_id)
echo "$VARIANT\"""",
    ),
    Step(
        method="post",
        path="/api/pos/quote",
        title="Ask what a basket costs",
        words="Prices, discounts and taxes to the last cent, and nothing is written yet.",
        command="""curl -s "$MIPOS/api/pos/quote" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"lines": [{"variant_id": "'"$VARIANT"'", "quantity": "2"}]}'; echo""",
    ),
    Step(
        method="post",
        path="/api/pos/orders",
        title="Sell it",
        words="Payment, stock, tax and cost are decided together: all of it happens, or nothing. This "
        "cashier serves in one store, so that is where it is sold. Whoever serves in several, as an admin "
        "does, names a `register_id`, or else a `store_id`, beside `lines`. When it happened and the `id` of "
        "the order are left to the server. Cash beyond the total comes back as change.",
        command="""SALE=$(curl -s "$MIPOS/api/pos/orders" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "lines": [{"variant_id": "'"$VARIANT"'", "quantity": "2"}],
    "payments": [{"method": "cash", "amount": 100000}]
  }')
printf '%s\\n' "$SALE"
ORDER=$(printf '%s' "$SALE" | pick id)""",
    ),
    Step(
        method="get",
        path="/api/cashier/orders/{order_id}/receipt",
        title="Look at the receipt",
        words="As a page to open; `format=pdf` and `format=escpos` are for printers, and without it comes "
        "JSON.",
        command="""curl -s "$MIPOS/api/cashier/orders/$ORDER/receipt?format=html" \\
  -H "Authorization: Bearer $TOKEN" \\
  -o receipt.html""",
    ),
    Step(
        method="get",
        path="/api/audit/streams/{stream_id}/story",
        title="Read what happened",
        words="Each step in a sentence, with what it changed. That is for admins, so one signs in.",
        command="""ADMIN=$(curl -s "$MIPOS/api/auth/login" \\
  -H "Content-Type: application/json" \\
  -d '{"username": "admin@demo.local", "password": "'"$PASSWORD"'"}' | pick token)
curl -s "$MIPOS/api/audit/streams/$ORDER/story" \\
  -H "Authorization: Bearer $ADMIN"; echo""",
    ),
    Step(
        method="get",
        path="/api/admin/reports/sales-summary/overview",
        title="Find it in the report",
        words="Of the business day that the sale belongs to, by the store's clock.",
        command="""DAY=$(printf '%s' "$SALE" | pick business_date)
curl -s "$MIPOS/api/admin/reports/sales-summary/overview?from=$DAY&to=$DAY" \\
  -H "Authorization: Bearer $ADMIN"; echo""",
    ),
)
