"""A customer with a mark in every field and every free text about them, and where that mark is found."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

PATH = "/api/admin/customers"


class MarkedCustomer:
    """Buys, gives back, parks, has credit and owes; whatever can be said about them has the mark in it."""

    def __init__(self, stocked: Any) -> None:
        self.mark = f"quixote{uuid4().hex[:12]}"
        self.digits = str(uuid4().int)[:11]
        self._stocked = stocked
        self._admin = stocked.shop.client()
        self.id = self._register(self.mark, self.digits)

    @property
    def marks(self) -> tuple[str, str]:
        """What is looked for: letters, and digits."""
        return self.mark, self.digits

    def live(self) -> None:
        """Do everything that leaves words."""
        self._edit()
        self._buy()
        self._have_credit()
        self._order()
        self._pass_on()
        self._fail()
        self._merge()
        for path in ("", "/export", "/statement", "/orders", "/store-credit"):
            assert self._admin.get(f"{PATH}/{self.id}{path}").status == 200

    def erase(self, shop: Any) -> Any:
        """The answer to their erasure; what is still to their credit is lost."""
        body = {"reason": "asked for it", "forfeit": True}
        answer = shop.client().post(f"{PATH}/{self.id}/erase", body, Idempotency_Key=str(uuid4()))
        assert answer.status == 200, answer.body
        return answer.data

    def _post(self, path: str, body: Any, status: int = 201) -> Any:
        answer = self._admin.post(path, body, Idempotency_Key=str(uuid4()))
        assert answer.status == status, answer.body
        return answer.data

    def _register(self, mark: str, digits: str) -> str:
        address = dict.fromkeys(("line1", "line2", "city", "region"), mark)
        who = {
            "name": f"Ada {mark}",
            "phone": f"+49 {digits}",
            "email": f"{mark}@example.com",
            "address": {**address, "postal_code": mark[:20], "country": "DE"},
            "tax_number": f"DE{digits}",
            "reference": f"R-{mark}",
            "birthday": "1985-12-10",
            "note": f"{mark} is left-handed",
            "consents": [{"purpose": "profiling", "granted": True, "source": f"{mark} said so"}],
            "credit_limit": 100_000,
            "terms_days": 14,
        }
        return str(self._post(f"{PATH}?force=true", who)["id"])

    def _edit(self) -> None:
        change = {"name": f"Augusta {self.mark}", "note": f"{self.mark} again"}
        assert self._admin.patch(f"{PATH}/{self.id}", change, Idempotency_Key=str(uuid4())).status == 200
        consent = {"purpose": "marketing_sms", "granted": False, "source": f"{self.mark} called"}
        self._post(f"{PATH}/{self.id}/consents", consent)

    def _buy(self) -> None:
        order, gone = self._sell(), self._sell()
        line = {"line_id": order["lines"][0]["id"], "quantity": 1}
        payment = {"method": "card", "amount": 117, "reference": f"{self.mark} back"}
        refund = {"lines": [line], "payments": [payment], "reason": self.mark, "note": self.mark}
        self._post(f"/api/pos/orders/{order['id']}/refunds", refund)
        self._post(f"/api/pos/orders/{gone['id']}/void", {"reason": f"not for {self.mark}"}, 200)
        send = {"email": f"{self.mark}@example.com"}
        self._post(f"/api/admin/orders/{order['id']}/receipt/send", send, 200)
        line = {"variant_id": self._stocked.variant_id, "quantity": 1}
        parked = {"lines": [line], "label": self.mark, "note": self.mark}
        till = {"register_id": self._stocked.register["id"], "customer_id": self.id}
        self._post("/api/pos/orders/hold", {**till, **parked})

    def _sell(self) -> Any:
        discount = {"type": "amount", "value": 1, "reason": f"friend of {self.mark}"}
        return self._post(
            "/api/pos/orders",
            self._stocked.sale(
                customer_id=self.id,
                note=f"for {self.mark}",
                discounts=[discount],
                lines=[{"variant_id": self._stocked.variant_id, "quantity": 1, "discounts": [discount]}],
                payments=[{"method": "card", "amount": 117, "reference": f"{self.mark} card"}],
            ),
        )

    def _have_credit(self) -> None:
        path = f"{PATH}/{self.id}"
        self._post(f"{path}/store-credit", {"amount": 500, "reason": f"sorry, {self.mark}"})
        on_account = self._stocked.sale(
            customer_id=self.id, payments=[{"method": "account", "amount": 119}], note=self.mark
        )
        self._post("/api/pos/orders", on_account)
        payment = {"amount": 119, "method": "card", "reference": f"{self.mark} paid"}
        self._post(f"{path}/payments", payment)

    def _order(self) -> None:
        """An order that is amended, paid, handed over in part, and cancelled for the rest."""
        discount = {"type": "amount", "value": 1, "reason": f"friend of {self.mark}"}
        line = {"variant_id": self._stocked.variant_id, "quantity": 3, "discounts": [discount]}
        body = {"store_id": self._stocked.store["id"], "channel": "phone", "customer_id": self.id}
        paid = {"method": "card", "amount": 100, "reference": f"{self.mark} deposit"}
        order = self._post(
            "/api/admin/orders",
            {**body, "lines": [line], "note": f"ring at {self.mark}", "payments": [paid]},
        )
        path, line_id = f"/api/admin/orders/{order['id']}", order["lines"][0]["id"]
        change = {"note": f"{self.mark} rang", "reason": f"as {self.mark} said"}
        assert self._admin.patch(path, change, Idempotency_Key=str(uuid4())).status == 200
        paid = {"method": "card", "amount": 200, "reference": f"{self.mark} card"}
        self._post(f"{path}/payments", {"payments": [paid]})
        handed = {"lines": [{"line_id": line_id, "quantity": 1}], "tracking": f"to {self.mark}"}
        self._post(f"{path}/fulfil", handed, 200)
        back = {"method": "card", "amount": 181, "reference": f"{self.mark} back"}
        self._post(f"{path}/cancel", {"reason": f"{self.mark} has enough", "refund": [back]}, 200)
        for what in ("", "/history", "/receipt"):
            assert self._admin.get(f"{path}{what}").status == 200
        again = self._post("/api/admin/orders", {**body, "lines": [line], "note": self.mark})
        self._post(f"/api/admin/orders/{again['id']}/cancel", {"reason": self.mark}, 200)

    def _pass_on(self) -> None:
        """An order that was theirs, is nobody's by now, and is cancelled."""
        discount = {"type": "amount", "value": 1, "reason": f"friend of {self.mark}"}
        line = {"variant_id": self._stocked.variant_id, "quantity": 3, "discounts": [discount]}
        order = self._post(
            "/api/admin/orders",
            {
                "store_id": self._stocked.store["id"],
                "channel": "phone",
                "customer_id": self.id,
                "lines": [line],
                "discounts": [discount],
                "payments": [{"method": "card", "amount": 200, "reference": f"{self.mark} card"}],
                "note": f"ring at {self.mark}",
            },
        )
        path, nobody = f"/api/admin/orders/{order['id']}", {"customer_id": None}
        assert self._admin.patch(path, nobody, Idempotency_Key=str(uuid4())).status == 200
        refund = [{"method": "card", "amount": 200}]
        self._post(f"{path}/cancel", {"reason": "not needed", "refund": refund}, 200)

    def _fail(self) -> None:
        """Requests that are refused are about them as well."""
        twice = {"name": self.mark, "phone": f"+49 {self.digits}"}
        assert self._admin.post(PATH, twice, Idempotency_Key=str(uuid4())).status == 409
        wrong = {"name": self.mark, "email": f"{self.mark} at home", "birthday": self.mark}
        assert self._admin.post(PATH, wrong).status == 422
        assert self._admin.get(f"{PATH}?search={self.mark}").status == 200
        assert self._admin.get(f"{PATH}?sort={self.mark}").status >= 400

    def _merge(self) -> None:
        other = self._register(f"{self.mark}b", f"{self.digits}7")
        self._stocked.sell(1, role="Admin", customer_id=other, note=self.mark)
        self._post(f"{PATH}/{self.id}/merge", {"absorb": [other], "keep": {"phone": other}}, 200)


def tables_with(owner: str, marks: tuple[str, ...]) -> list[str]:
    """The tables of which some row, as text, has one of the marks, as it is or as bytes."""
    found = []
    with psycopg.connect(owner, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT quote_ident(schemaname), quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname <> 'information_schema' AND NOT starts_with(schemaname, 'pg_temp')"
        ).fetchall()
        patterns = [f"%{form}%" for mark in marks for form in (mark, mark.encode().hex())]
        for schema, table in tables:
            query = sql.SQL("SELECT count(*) FROM {}.{} AS one WHERE one::text ILIKE ANY(%s)")
            name = query.format(sql.SQL(schema), sql.SQL(table))
            (count,) = connection.execute(name, [patterns]).fetchone() or (0,)
            if count:
                found.append(f"{table}: {count}")
    return found


def files_with(folder: Path, marks: tuple[str, ...], *, but: Path | None = None) -> list[str]:
    """The files under a folder, but for those under another, that have one of the marks."""
    return [
        str(file.relative_to(folder))
        for file in _files(folder)
        if not (but and file.is_relative_to(but)) and _has_any(file, marks)
    ]


def _files(folder: Path) -> Iterator[Path]:
    return (one for one in folder.rglob("*") if one.is_file())


def _has_any(file: Path, marks: tuple[str, ...]) -> bool:
    content = file.read_bytes().lower()
    return any(mark.encode() in content for mark in marks)
