"""What the contract says in prose: how to call, what to expect, and what the figures mean."""

from importlib.metadata import version

from api.openapi.tills import APPROVALS, RECEIPT_NUMBERS

TITLE = "MIPOS API"
#: That of the package: setup.cfg says it once.
VERSION = version("mipos")

DEFINITIONS = """\
| Measure | Definition |
|---|---|
| `gross_sales` | value of all lines sold, before discounts, without tax |
| `discounts` | what line and order discounts took off, without tax |
| `returns` | value of what came back, without tax |
| `net_sales` | `gross_sales - discounts - returns` |
| `tax` | tax charged, minus tax given back |
| `tips` | tips received |
| `rounding` | what cash rounding added or took away |
| `total_collected` | `net_sales + tax + tips + rounding` |
| `cost_of_goods` | cost as it was at the moment of sale, minus the cost of returns |
| `gross_profit` | `net_sales - cost_of_goods` |
| `margin` | `gross_profit / net_sales` |

Totals are the sums of the rows shown. Every report names the position of the log it knows
(`read_position`) and when it was computed (`computed_at`)."""

_EVERYWHERE = """\
A point of sale for companies with many stores: catalog, stock, sales, reports. Every change is kept as an
event in a log that is only ever added to; what you read is derived from that log.

## Authentication and permissions

`POST /api/auth/login` takes a user name and a password, and answers a `token`: send
`Authorization: Bearer <token>` with everything else. Each operation names the permission it
takes, and so do the `details` of what is `forbidden` for want of one; a role is a set of permissions, which
can be granted or denied one by one. Whoever lacks `costs.view` gets answers without costs, margins and
profits. Users bound to stores see and sell in those stores only. Every answer carries `X-Request-Id`; name
it when you ask for help.

A cashier's till gets a right for one request when somebody who holds it approves, as told below.

Access tokens are short-lived; `POST /api/auth/refresh` gives the next one. `token_expired` means that it is
time to refresh, also because rights have changed; `token_revoked`, that the session has ended.

## Samples

Samples of requests take the address of this server from `MIPOS` and the token from `TOKEN`, as the quick
start sets them. Those in Python need `pip install requests`; those in JavaScript run in Node.js from 18 on,
from a file whose name ends with `.mjs`. Ids in them are those of the demo company.

## Trying things out

There is no mode for tests in a company: what is sent is done, and recorded. The demo company is there to be
spoiled; `./mipos reset` brings it back. What a basket or a refund would come to is asked with
`POST /api/pos/quote` and `POST /api/pos/orders/{order_id}/refunds/quote`, which write nothing. A company that
sells already is cloned by whoever runs the platform (`POST /api/super/companies/{company_id}/clones`): the
clone mails nobody, and its receipts say TRAINING.

## Envelope

Requests and answers are JSON in UTF-8. A success is `{"success": true, "message", "data"}`. Lists add
`"pagination": {"page", "limit", "total", "pages"}`; logs of facts, which only grow, add
`"pagination": {"next_after", "has_more"}` instead: pass `next_after` as `after` to go on.
What is read from its end has `next_before`, which is passed as `before`.

Every failure has one shape, an unknown path included:

```json
{
  "success": false,
  "message": "There is not enough stock.",
  "error": {
    "code": "insufficient_stock",
    "details": [
      {"field": "lines.0.quantity", "code": "insufficient_stock", "message": "2 left."}
    ],
    "doc_url": "https://shop.example/docs/errors#insufficient_stock"
  },
  "request_id": "2f1c9a64"
}
```

Decide by `error.code`, which never changes, not by `message`, which is for people. `doc_url` is where this
reference says what to do about the code. `details` name every field that stands in the way, up to a hundred;
then a last one, `more`, says how many are left out. Their codes are stable as well: one of the detail codes,
or the refusal's own.

## Paths and methods

A path has one spelling: no doubled or trailing slash, nothing encoded. `HEAD` answers whatever `GET` answers,
with the same headers and without the body. `OPTIONS` names the methods of a route in `Allow`, to anyone.

## Money, quantities, times

- **Money** is an integer in the minor unit of the `currency` beside it: `1999` is $19.99 or ¥1,999.
- **Quantities** and **percentages** are decimal strings of up to five places: `"0.375"`, `"7.25"`. On input
  a JSON number will do.
- **Times** are ISO 8601 with a zone, answered in UTC. **Dates** in reports are business dates, by the
  store's clock and the hour at which its day ends.
- **Ids** are UUIDs. What belongs to another company does not exist for you: `404`.

## Repeating safely

A till that lost an answer asks again. Two ways make this safe:

- **Your own id.** Creating takes an `id` that you chose. The same content again gives the first result, as it
  was then, marked `Idempotent-Replayed: true`; another content under that id is refused with `duplicate_id`.
- **`Idempotency-Key`** on any write: the first outcome is stored together with what it did, and given again
  to every repetition, marked `Idempotent-Replayed: true`. The same key with another request is refused with
  `idempotency_key_reused`; while the first still runs, with `idempotency_in_progress`. A request has one key.

## Changing what others change too

Single resources carry their version as `ETag: "3"`. Send it back as `If-Match`, and a change that would
overwrite another one is refused: `412`, `precondition_failed`. Several tags, divided by commas, or `*` will
do; a weak one (`W/"3"`) matches nothing, and a bare `3` is refused with `400`. Send it as `If-None-Match`
when you read again, and an unchanged resource answers `304` without a body; there a weak tag will do as well.
Edits are partial: what you leave out stays. Deleting archives; history is never lost.

## Reading your own writes

Each write answers `X-Event-Position: 42`, its place in the log. A read with `X-Wait-For-Position: 42` answers
once it has seen that place, or after five seconds with `503`, `projection_behind`. Every read says what it
knows in `X-Read-Position`.

## While the service is upgraded

A server whose version is not the database's any more answers nothing wrong: it answers `503`,
`server_outdated`, with `Retry-After`, until a newer one has taken its place. Nothing of such a request was
recorded, so repeat it.

`company_closed` says that an upgrade could not read one of the company's own records: until whoever runs the
service has mended it, everything of this company is answered `503`, and nothing is recorded. Keep sales under
ids of your own and repeat them later; other companies go on.

## When the service cannot answer

`503` says that nothing is wrong with the request; `Retry-After` says after how many seconds to repeat it.
With `database_unavailable`, `database_full`, `busy` (another request holds what this one needs) and
`timed_out` nothing was recorded. `outcome_unknown` is the one answer to a write that leaves open whether it
was: the database was lost while it committed. Repeated with the same `id` or `Idempotency-Key` it is done
once, whichever it was.

## Pagination, sorting, the past

Lists come in pages: `page` counts from 1, `limit` is at most 100, `sort=-created_at` turns the order
around. An unknown parameter is an error rather than a surprise. Where there is `as_of`, a time, the answer
is what had been recorded by then. Any time that an answer shows (`created_at`, `updated_at`, `recorded_at`)
finds, as `as_of`, what it was shown of.

## Moving in

`POST /api/admin/products/import` takes the catalog of another system as that system exports it: Shopify,
Square, WooCommerce, Odoo, Loyverse, Lightspeed (X-Series and R-Series). Which of them it is follows from
the header; `format` says it otherwise. CSV and workbooks (XLSX, the first sheet) are read, UTF-8, UTF-16
and Windows-1252, commas, semicolons and tabs, `1,234.50`, `1.234,50` and `.99`.

1. **Try it.** Without `commit` nothing is recorded. The answer says how many products and which settings
   would be made (`created`, `brands_created`, `categories_created`), which columns are not taken and why
   (`ignored_columns`), which rows are no articles (`skipped`), and what needs a hand (`by_hand`), each
   with its row and a sentence: an article without a price is left out, a missing SKU or one that an
   earlier row has is made up, a barcode with a wrong check digit is left out, an amount that is finer than
   the currency is rounded. None of that keeps the rest out. `errors` do: an article whose barcode another
   product here has, say.
2. **Import it.** The same request with `commit=true` does exactly what was said, all of it or nothing.
3. **Bring the stock.** With `storage_id`, what the file says lies there is booked as opening stock at the
   cost in the file; `location` says which of its places is meant, if it has several. Only articles get
   some of which that storage has never had any (`stock_recorded`), so importing again adds nothing to the
   others (`stock_known`).

Importing again finds each article by its SKU, also by one that was made up, changes what has changed
there, and clears nothing that was added here. Options come from the columns or from the parent's row; HTML
becomes plain text; categories become a tree (`All / Saleable / Office` is `Office`). Brands and categories
are made; taxes, suppliers and units are taken where there is one of that name here, and told where not.
Prices are taken as they stand: whether they include tax is up to the tax rates here. Gift cards, archived
articles and articles made of others stay behind.

## Rate limits

Every answer but that of `/health` says how many requests are left to you in this minute (`RateLimit-Limit`,
`RateLimit-Remaining`, and `RateLimit-Reset` in seconds), counted for the user, or for the address of whoever
is not signed in. Beyond that, and for whoever guesses at passwords, the answer is `429`, `too_many_requests`,
with `Retry-After` in seconds.
"""
INTRODUCTION = f"{_EVERYWHERE}\n{APPROVALS}\n{RECEIPT_NUMBERS}"
