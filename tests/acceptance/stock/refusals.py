"""What nobody can do: it is refused with its documented code, and the log is as it was."""

from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.acceptance.stock.company import DEPOT, NORTH
from tests.acceptance.stock.model import ANYWHERE, StockModel

FUTURE = "2100-01-01T00:00:00Z"
DOCUMENTS = ("transfers", "purchase-orders", "reservations", "receipts", "adjustments", "supplier-returns")
MOVEMENTS = ("receipts", "adjustments", "supplier-returns")


class Refusals(StockModel):
    """Rules of what is wrong in itself."""

    def unchanged(self, status: int, code: str, kind: str, *args: Any, **more: Any) -> None:
        """The document is refused, and nothing is written."""
        before = len(self.company.shop.events())
        answer = self.document(kind, *args, **more)
        told = answer.codes if answer.code == "validation_failed" else {answer.code}
        assert (answer.status, told) == (status, {code}), answer.body
        assert len(self.company.shop.events()) == before

    def document(self, kind: str, place: str, lines: list[dict[str, Any]], **more: Any) -> Any:
        """A document of any kind that is right in all but its lines and what `more` says."""
        storage = self.company.storages[place]
        other = self.company.storages[NORTH if place == DEPOT else DEPOT]
        heads = {
            "transfers": {"from_storage_id": storage, "to_storage_id": other},
            "purchase-orders": {"supplier_id": self.company.supplier, "storage_id": storage},
            "reservations": {"storage_id": storage, "expires_at": FUTURE},
            "receipts": {"storage_id": storage},
            "adjustments": {"storage_id": storage, "reason": "correction"},
            "supplier-returns": {"supplier_id": self.company.supplier, "storage_id": storage},
        }
        costs = {"receipts": "unit_cost", "purchase-orders": "unit_cost", "supplier-returns": "unit_credit"}
        priced = {costs[kind]: 1000} if kind in costs else {}
        body = {**heads[kind], "lines": [{**line, **priced} for line in lines], **more}
        client = self.company.clerk if "occurred_at" in more else self.company.admin
        return client.post(f"/api/admin/inventory/{kind}", body)

    @rule(kind=st.sampled_from(DOCUMENTS), place=ANYWHERE)
    def wrong_goods(self, kind: str, place: str) -> None:
        """Half a bottle, cheese by the case, and what is in no catalog."""
        for line, code in (
            ({"variant_id": self.goods(0).variant_id, "quantity": "0.5"}, "too_precise"),
            ({**self.one(1), "unit_id": self.goods(0).case_id}, "no_common_unit"),
            ({"variant_id": str(uuid4()), "quantity": "1"}, "not_found"),
        ):
            self.unchanged(422, code, kind, place, [line])

    def one(self, which: int) -> dict[str, Any]:
        return {"variant_id": self.goods(which).variant_id, "quantity": "1"}

    @rule(place=ANYWHERE)
    def the_same_goods_twice(self, place: str) -> None:
        for kind in ("transfers", "purchase-orders"):
            lines = [self.one(2), self.one(2)]
            self.unchanged(422, "duplicate_line", kind, place, lines)

    @rule(kind=st.sampled_from(MOVEMENTS), place=ANYWHERE)
    def at_another_time(self, kind: str, place: str) -> None:
        """Only who may backdate at will may book what is older than the company allows; a clerk may not."""
        for moment, code in ((FUTURE, "in_the_future"), ("2020-01-01T00:00:00Z", "too_old")):
            more = {"occurred_at": moment}
            self.unchanged(422, code, kind, place, [self.one(2)], **more)

    @rule(place=ANYWHERE)
    def a_theft_that_brings_something(self, place: str) -> None:
        line = [self.one(2)]
        self.unchanged(422, "sign_not_valid", "adjustments", place, line, reason="theft")
