"""Shifts over HTTP: opened, filled, counted, closed, listed; who may, and what races come to."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.api.shifts.conftest import SHIFTS, Till


def test_a_shift_from_its_float_to_its_report(till: Till) -> None:
    shift = till.open(denominations=[{"value": 5000, "count": 2}])
    assert shift.status == 201
    assert shift.data["status"] == "open"
    path = f"{SHIFTS}/{shift.data['id']}"
    sale = till.stocked.sell(2, payments=[{"method": "cash", "amount": 238, "tendered": 500, "tip": 12}])
    assert sale.data["shift_id"] == shift.data["id"]
    moved = till.move(shift.data["id"], type="drop", amount=5000, reason="safe")
    assert (moved.status, moved.data["expected_cash"]) == (201, 5250)
    x_report = till.client().get(f"{path}/report").data
    assert (x_report["type"], x_report["z_number"], x_report["cash"]["expected"]) == ("X", None, 5250)
    current = till.client().get(f"{SHIFTS}/current?register_id={till.register_id}").data
    assert (current["expected_cash"], current["tenders"][0]["net"]) == (5250, 250)
    closed = till.close(shift.data["id"], 5248, closing_float=5000, over_short_reason="Two coins").data
    assert (closed["status"], closed["over_short"], closed["z_number"]) == ("closed", -2, 1)
    assert closed["restated"] == {"over_short": -2}
    z_report = till.client().get(f"{path}/report").data
    assert z_report["cash"]["dropped_at_close"] == 248
    assert z_report["total_collected"] == sum(tender["net"] for tender in z_report["tenders"]) == 250
    following = till.open(5000).data
    assert (following["expected_float"], following["float_difference"]) == (5000, 0)


def test_a_report_goes_on_from_what_the_register_took_without_a_shift(till: Till) -> None:
    admin = till.client("Admin")
    sold, voided = (till.stocked.sell(1).data for _ in range(2))
    assert admin.post(f"/api/pos/orders/{voided['id']}/void", {"reason": "Left"}).status == 200
    assert till.give_back(sold, reason="Broken").status == 201
    shift_id = till.open(0).data["id"]
    before = {"sales": 238, "returns": 238, "net": 0, "receipts": 2, "z_count": 0}
    assert till.client().get(f"{SHIFTS}/{shift_id}/report").data["perpetual"] == before
    till.stocked.sell(2)
    assert till.close(shift_id, 238).status == 200
    after = {"sales": 476, "returns": 238, "net": 238, "receipts": 3, "z_count": 1}
    assert till.client().get(f"{SHIFTS}/{shift_id}/report").data["perpetual"] == after


def test_what_is_told_of_customers_is_in_the_report_as_all_else_is(till: Till) -> None:
    shift_id = till.open(0).data["id"]
    admin, path = till.client("Admin"), f"{SHIFTS}/{shift_id}"
    customer = admin.post("/api/admin/customers", {"name": "Ada Byron"}).data
    known = {"customer_id": customer["id"], "note": "for Ada"}
    kept, brought_back, voided = (till.stocked.sell(1, **known).data for _ in range(3))
    assert till.give_back(brought_back, reason="Ada did not like it").status == 201
    assert admin.post(f"/api/pos/orders/{voided['id']}/void", {"reason": "Ada left"}).status == 200
    assert till.client().get(f"{path}/report").data["cash"]["expected"] == kept["total"]
    assert till.close(shift_id, 119).data["over_short"] == 0
    assert till.client().get(f"{path}/report").data["z_number"] == 1


def test_says_who_has_a_shift_open_and_since_when(till: Till) -> None:
    first = till.open().data
    refused = till.open(role="Manager")
    assert (refused.status, refused.code) == (409, "shift_already_open")
    assert refused.json["message"].startswith("cashier@")
    assert first["opened_at"][:16] in refused.json["message"]


def test_two_who_open_at_once_make_one_shift(till: Till) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: till.open().status, range(4)))
    assert sorted(answers) == [201, 409, 409, 409]


def test_a_sale_is_in_the_report_or_is_refused(till: Till) -> None:
    shift_id = till.open(0).data["id"]
    till.stocked.receive("100", 60)
    with ThreadPoolExecutor(5) as pool:
        sales = [pool.submit(till.stocked.sell, 1, shift_id=shift_id) for _ in range(12)]
        closed = pool.submit(till.close, shift_id, 0)
        codes = [sale.result().status for sale in sales]
    assert set(codes) <= {201, 409}
    report = till.client().get(f"{SHIFTS}/{shift_id}/report").data
    assert closed.result().status == 200
    assert report["receipts"] == codes.count(201)
    assert report["cash"]["expected"] == 119 * codes.count(201)


def test_shows_cashiers_their_own_and_managers_those_of_their_stores(till: Till) -> None:
    shift = till.open(role="Admin").data
    path = f"{SHIFTS}/{shift['id']}"
    assert till.client().get(path).status == 404
    assert till.client().get(SHIFTS).data == []
    assert till.client().get(f"{SHIFTS}?opened_by={shift['opened_by']}").fields == {"shifts.view"}
    store_id = till.stocked.store["id"]
    assert till.client("Manager", stores=[store_id]).get(path).status == 200
    assert till.client("Manager", stores=[str(uuid4())]).get(path).status == 404
    # Whoever relieves the other at the till goes on with the same shift.
    assert till.client().get(f"{SHIFTS}/current?register_id={till.register_id}").data["id"] == shift["id"]
    assert till.client("Inventory Clerk").get(SHIFTS).status == 403


def test_closing_another_s_takes_the_right(till: Till) -> None:
    shift_id = till.open(role="Admin").data["id"]
    assert till.close(shift_id, 10000).status == 403
    assert till.close(shift_id, 10000, role="Manager").status == 200


def test_honours_if_match(till: Till) -> None:
    shift = till.open()
    stale = till.client().call("POST", f"{SHIFTS}/{shift.data['id']}/end", {}, headers={"If-Match": '"2"'})
    assert stale.status == 412
    ended = till.client().call(
        "POST", f"{SHIFTS}/{shift.data['id']}/end", {}, headers={"If-Match": shift.headers["etag"]}
    )
    assert (ended.status, ended.data["status"]) == (200, "counting")


def test_never_takes_an_open_shift_for_unchanged(till: Till) -> None:
    shift = till.open()
    path = f"{SHIFTS}/{shift.data['id']}"
    till.stocked.sell()
    same = {"If-None-Match": shift.headers["etag"]}
    assert till.client().call("GET", path, headers=same).data["expected_cash"] == 10119
    closed = till.close(shift.data["id"], 10119)
    assert till.client().call("GET", path, headers={"If-None-Match": closed.headers["etag"]}).status == 304


def test_shows_what_it_was_at_a_moment(till: Till) -> None:
    shift_id = till.open().data["id"]
    till.stocked.sell()
    opened_at = till.stocked.shop.events()[-2]["recorded_at"]
    till.close(shift_id, 10119)
    before = till.client().get(f"{SHIFTS}/{shift_id}?as_of={opened_at:%Y-%m-%dT%H:%M:%S.%fZ}")
    assert before.data["status"] == "open"


class TestList:
    @pytest.fixture
    def three(self, till: Till) -> list[str]:
        """One short, one over, one open."""
        ids = []
        for counted in (9990, 10010):
            ids.append(till.open().data["id"])
            till.close(ids[-1], counted)
        return [*ids, till.open().data["id"]]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", [2, 1, 0]),
            ("sort=opened_at", [0, 1, 2]),
            ("status=closed", [1, 0]),
            ("over_short=short", [0]),
            ("over_short=over", [1]),
            ("over_short=any&sort=over_short", [0, 1]),
            ("sort=-closed_at&status=closed", [1, 0]),
            ("needs_review=true", []),
            ("late=false&limit=2", [2, 1]),
            ("from=2999-01-01T00:00:00Z", []),
        ],
    )
    def test_is_filtered_and_sorted(
        self, till: Till, three: list[str], query: str, expected: list[int]
    ) -> None:
        for more in ("", f"&register_id={till.register_id}", f"&store_id={till.stocked.store['id']}"):
            rows = till.client("Manager").get(f"{SHIFTS}?{query}{more}").data
            assert [row["id"] for row in rows] == [three[place] for place in expected]

    def test_shows_the_same_as_the_single_ones(self, till: Till, three: list[str]) -> None:
        till.stocked.sell()
        for row in till.client().get(SHIFTS).data:
            single = till.client().get(f"{SHIFTS}/{row['id']}").data
            assert row == {name: single[name] for name in row}
            assert single.keys() - row.keys() == {"over_short_reason", "note", "recounts"}
        assert len(three) == 3


class TestDrawer:
    def test_runs_a_balance_over_what_changed_it(self, till: Till) -> None:
        shift_id = till.open().data["id"]
        number = till.stocked.sell().data["number"]
        till.move(shift_id, type="paid_out", amount=750, reason="petty_cash")
        till.move(shift_id, type="no_sale")
        till.close(shift_id, 9369, closing_float=5000)
        answer = till.client("Manager").get(f"{SHIFTS}/{shift_id}/drawer").data
        entries = [
            (one["kind"], one["label"], one["amount"], one["balance_after"]) for one in answer["entries"]
        ]
        assert entries == [
            ("opening", None, 10000, 10000),
            ("sale", number, 119, 10119),
            ("paid_out", "petty_cash", -750, 9369),
            ("no_sale", "no_sale", 0, 9369),
            ("closing_drop", "safe", -4369, 5000),
        ]
        assert till.client().get(f"{SHIFTS}/{shift_id}/drawer").status == 403

    def test_shows_what_should_have_been_in_it_at_a_moment(self, till: Till) -> None:
        shift = till.open().data
        till.stocked.sell()
        path = f"{SHIFTS}/{shift['id']}/drawer"
        assert till.client("Manager").get(path).data["expected_cash"] == 10119
        assert till.client("Manager").get(f"{path}?at={shift['opened_at']}").data["expected_cash"] == 10000

    def test_names_what_may_explain_a_difference(self, till: Till) -> None:
        shift_id = till.open().data["id"]
        sale = till.stocked.sell(2).data
        till.move(shift_id, type="paid_out", amount=700, reason="supplier")
        till.move(shift_id, type="paid_out", amount=938, reason="supplier")
        till.close(shift_id, 8362)
        path = f"{SHIFTS}/{shift_id}/drawer/candidates"
        explained = till.client("Manager").get(path).data
        assert explained["over_short"] == -238
        first = explained["candidates"][0]
        assert [one["id"] for one in first["entries"]] == [sale["id"]]

    def test_lists_movements_each_with_what_was_there_after_it(self, till: Till) -> None:
        shift_id = till.open().data["id"]
        till.move(shift_id, type="paid_in", amount=2000, reason="change_delivery", reference="B 7")
        till.stocked.sell()
        till.move(shift_id, type="drop", amount=5000, reason="bank")
        rows = till.client().get(f"{SHIFTS}/{shift_id}/cash-movements").data
        shown = [(row["type"], row["amount"], row["reason"], row["balance_after"]) for row in rows]
        assert shown == [("paid_in", 2000, "change_delivery", 12000), ("drop", 5000, "bank", 7119)]


class TestBlind:
    """Where drawers are counted blind, whoever counts does not know what should be there."""

    @pytest.fixture
    def till(self, till: Till) -> Till:
        till.client("Admin").patch("/api/admin/settings/company", {"blind_close": True})
        return till

    def test_a_cashier_learns_no_hidden_figure_in_any_answer(self, till: Till) -> None:
        opened = till.open(10000)
        shift_id = opened.data["id"]
        path = f"{SHIFTS}/{shift_id}"
        till.stocked.sell(1, payments=[{"method": "cash", "amount": 119, "tip": 31}])
        till.stocked.sell(2, payments=[{"method": "card", "amount": 238, "tip": 7}])
        key = {"Idempotency-Key": uuid4().hex}
        drop = {"type": "drop", "amount": 5000, "reason": "safe"}
        cashier = till.client()
        answers = [
            cashier.call("POST", f"{path}/cash-movements", drop, headers=key),
            cashier.call("POST", f"{path}/cash-movements", drop, headers=key),
            *(cashier.get(f"{path}{rest}") for rest in ("", "/report", "/cash-movements")),
            cashier.get(f"{SHIFTS}/current?register_id={till.register_id}"),
            cashier.get(SHIFTS),
            *(cashier.get(f"{path}/report?format={name}") for name in ("html", "escpos")),
            cashier.post(f"{path}/end"),
            till.close(shift_id, 5147),
            *(cashier.get(f"{path}{rest}") for rest in ("", "/report")),
            cashier.get(SHIFTS),
        ]
        # What should be there, what was off, cash with tips, and the card with its tip.
        hidden = {"5150", "51.50", '":-3', "-0.03", "150", "1.50", "245", "2.45"}
        for answer in answers:
            assert answer.status in (200, 201)
            told = answer.body.decode("cp858" if b"\x1b@" in answer.body[:8] else "utf-8")
            assert not {one for one in hidden if one in _without_times(told)}, told

    def test_a_cashier_learns_no_order_of_differences(self, till: Till) -> None:
        assert till.client().get(f"{SHIFTS}?sort=over_short").fields == {"shifts.view_expected"}
        assert till.client().get(f"{SHIFTS}?over_short=any").status == 403
        assert till.client("Manager").get(f"{SHIFTS}?sort=over_short").status == 200

    def test_a_manager_sees_everything(self, till: Till) -> None:
        shift_id = till.open(10000).data["id"]
        till.stocked.sell()
        assert till.client("Manager").get(f"{SHIFTS}/{shift_id}").data["expected_cash"] == 10119
        report = till.client("Manager").get(f"{SHIFTS}/{shift_id}/report").data
        assert report["cash"]["expected"] == 10119


class TestRecount:
    def test_is_told_beside_the_first_count_with_what_was_said_of_both(self, till: Till) -> None:
        shift_id = till.open().data["id"]
        said = {"counted_cash": 9990, "over_short_reason": "Wrong change", "note": "A long day"}
        till.client().post(f"{SHIFTS}/{shift_id}/close", said)
        manager = till.client("Manager")
        manager.post(f"{SHIFTS}/{shift_id}/recount", {"counted_cash": 10000, "reason": "Under the drawer"})
        shift = till.client().get(f"{SHIFTS}/{shift_id}").data
        assert (shift["over_short"], shift["restated"]["over_short"]) == (-10, 0)
        assert (shift["over_short_reason"], shift["note"]) == ("Wrong change", "A long day")
        counts = [(one["counted_cash"], one["reason"]) for one in shift["recounts"]]
        assert counts == [(10000, "Under the drawer")]
        assert shift["recounts"][0]["counted_by"] != shift["closed_by"]


def _without_times(text: str) -> str:
    """The text without ids and moments, whose digits may be any."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+Z", "", text)


class TestReport:
    def test_a_z_is_the_same_to_the_last_byte_whatever_happens_after_it(self, till: Till) -> None:
        shift_id = till.open().data["id"]
        till.stocked.sell(2)
        till.close(shift_id, 10238)
        path = f"{SHIFTS}/{shift_id}/report"
        formats = ("json", "html", "pdf", "escpos")
        before = {name: till.client().get(f"{path}?format={name}").body for name in formats}
        admin = till.client("Admin")
        admin.patch(f"/api/admin/stores/{till.stocked.store['id']}", {"name": "Renamed"})
        admin.patch("/api/admin/settings/company", {"name": "Another"})
        till.client("Manager").post(f"{SHIFTS}/{shift_id}/recount", {"counted_cash": 1, "reason": "Again"})
        till.open(5000)
        till.stocked.sell()
        assert {name: till.client().get(f"{path}?format={name}").body for name in formats} == before

    def test_prints_the_original_once_and_then_copies(self, till: Till) -> None:
        shift_id = till.open().data["id"]
        path = f"{SHIFTS}/{shift_id}/report"
        assert till.client().post(f"{path}/prints", {"format": "html"}).code == "invalid_transition"
        till.close(shift_id, 10000)
        shown = till.client().get(f"{path}?format=html").body
        prints = [till.client().post(f"{path}/prints", {"format": "html"}).body for _ in range(3)]
        assert prints[0] == shown
        assert [f"COPY {number}".encode() in page for number, page in enumerate(prints)] == [
            False,
            True,
            True,
        ]
        assert till.client().get(f"{path}?format=html").body == shown
        key = {"Idempotency_Key": uuid4().hex}
        again = [till.client().post(f"{path}/prints", {"format": "pdf"}, **key).body for _ in range(2)]
        assert again[0] == again[1]

    def test_is_written_on_any_paper(self, till: Till) -> None:
        shift_id = till.open().data["id"]
        till.stocked.sell()
        for paper in ("80mm", "58mm", "a4"):
            answer = till.client().get(f"{SHIFTS}/{shift_id}/report?format=pdf&paper={paper}")
            assert (answer.status, answer.body[:5]) == (200, b"%PDF-")
        page = till.client().get(f"{SHIFTS}/{shift_id}/report?format=html").body.decode()
        assert "X report" in page
        assert "101.19" in page
