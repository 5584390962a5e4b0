"""What the contract says of tills in prose: how somebody approves at one, and how receipts are numbered."""

from api.openapi.demo import DEMO_IDS
from commands.approvals import LIFETIME
from domain.tills import REACH

APPROVALS = f"""\
## Approvals

What a cashier may not do alone, somebody who may do it approves at the same till, while the cashier stays
signed in. After the quick start, whose cashier may not void the sale: the till asks, and is refused with
`403`, `forbidden`. Whoever approves enters a name and a password there, and the till says what is approved:
the `key` that the request takes and, if it is to be no more, the order and the most that may go back.

```sh
APPROVAL=$(curl -s "$MIPOS/api/pos/approvals" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{"username": "admin@demo.local", "password": "'"$PASSWORD"'",
       "key": "orders.void", "order_id": "'"$ORDER"'", "amount": 1000}}' | pick approval)
```

The till sends what was refused again, with the approval, and the order is `voided`. It says who did it
(`voided.by`) and who approved it (`voided.approved_by`), as does its history.

```sh
curl -s "$MIPOS/api/pos/orders/$ORDER/void" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -H "X-Approval: $APPROVAL" \\
  -d '{{"reason": "Wrong customer"}}'; echo
```

- **Who approves** holds `pos.approve` and the key, and works in a store of the cashier's; anybody else, and
  a wrong password, is answered `403`, `forbidden`. At an enrolled device, named by `device_id`, a `pin`
  will do for the password (`PUT /api/auth/pin`).
- **Once.** An approval is good for {LIFETIME} seconds, for that cashier, and for the first request that
  records something, whether it needed it or not. After that it is refused with `403`, `approval_not_valid`,
  as it is for another order and for more than `amount`: ask for a new one.
- **Nothing is lost by a refusal.** A request that is refused and a quote leave an approval good. One that
  is repeated under its own `id` or `Idempotency-Key` is answered as it was the first time.
- **Where** an operation takes one, this reference names `X-Approval` among its headers, and the keys.
  Without a connection there is none: what the cashier had no right to is recorded with the flag
  `not_permitted`.
"""

RECEIPT_NUMBERS = f"""\
## Receipt numbers

Every series counts from 1, without a gap, by itself. A sale that is voided keeps its number; quotes,
refusals and parked sales have none.

| What | Begins with | Example |
|---|---|---|
| sale at a register | codes of store and register | `MI-T1-000042` |
| refund or return there | the same | `MI-T1-R000007` |
| sale at no register | code of the store | `MI-000042` |
| order of the back office | code of the store | `MI-SO000042` |
| sale without a connection | codes of store, register and device | `MI-T1-X1-000042` |
| refund or return without one | the same | `MI-T1-X1-R000007` |

The server numbers what it is asked to sell. A device numbers what it sells without a connection, so it is
enrolled while there is one. That gives it a `code` which no other device of the company ever has:

```sh
TABLET=$(curl -s "$MIPOS/api/pos/devices" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{"register_id": "{DEMO_IDS["register_id"]}", "name": "Tablet"}}')
DEVICE=$(printf '%s' "$TABLET" | pick id)
CODE=$(printf '%s' "$TABLET" | pick code)
```

It prints the three codes and its own count, in six digits or more, of sales and of refunds apart, and keeps
the count where it survives a restart. Once there is a connection it says which `number` it printed, beside
the operation's place in the count of all it did (`seq`):

```sh
curl -s "$MIPOS/api/pos/sync" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{"device_id": "'"$DEVICE"'", "operations": [{{
    "id": "'"$(python3 -c 'import uuid; print(uuid.uuid4())')"'",
    "seq": 1, "type": "order.sale", "number": "MI-T1-'"$CODE"'-000001",
    "occurred_at": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'",
    "body": {{
      "register_id": "{DEMO_IDS["register_id"]}",
      "lines": [{{"variant_id": "'"$VARIANT"'", "quantity": "1"}}],
      "payments": [{{"method": "card", "amount": 119}}]
    }}
  }}]}}'; echo
```

The result is `applied`, and its `resource` has the number that was printed. Sent again with the same `id`
it is `replayed`: nothing is numbered twice.

- **A number that is taken** stays on the receipt, as the customer has it in hand. The sale is recorded
  under it all the same, with the flag `number_conflict`, and has no place in a series: look it up by its
  `id` or by the text of its QR code. `GET /api/pos/receipts/{{code}}` with the number finds the sale whose
  place it is, and names the others in `same_number`. So it is with a number of another device's code, and
  with one that is more than {REACH:,} after the last of its series.
- **Without a `number`** a sale gets the next of its register's own series. In an exchange `number` is that
  of the sale, and the refund gets the next of the register's.
- **What has not arrived** shows in `seq`: `GET /api/pos/sync/status` lists `missing_seqs`, and a Z says how
  many there are (`offline.missing`).
- **A device that has lost its count** is retired and enrolled anew: its new code begins a new series.
"""
