"""Payment methods of a company: setting them up, and selling under their codes."""

from typing import Any

import pytest

PATH = "/api/admin/settings/payment-methods"
VOUCHER = {"name": "Meal voucher", "code": "Meal", "kind": "voucher"}


@pytest.fixture
def admin(stocked: Any) -> Any:
    """Who decides what is taken in payment."""
    return stocked.shop.client()


def pay(stocked: Any, method: str, **more: Any) -> Any:
    return stocked.sell(1, payments=[{"method": method, "amount": 119, **more}])


def test_a_sale_is_paid_by_a_method_of_the_company(stocked: Any, admin: Any) -> None:
    admin.post(PATH, VOUCHER)
    sold = pay(stocked, "Meal")
    assert sold.status == 201
    assert sold.data["payments"][0]["method"] == "Meal"
    assert stocked.shop.events()[-2]["state"]["payments"][0]["method"] == "Meal"


def test_letter_case_does_not_count_and_the_code_is_recorded_as_it_is_written(
    stocked: Any, admin: Any
) -> None:
    admin.post(PATH, VOUCHER)
    assert pay(stocked, "mEAL").data["payments"][0]["method"] == "Meal"


@pytest.mark.parametrize("method", ["shells", "Cash", "CARD", "voucher", "exchange", "x" * 40])
def test_what_is_no_method_is_named(stocked: Any, method: str) -> None:
    before = len(stocked.shop.events())
    refused = stocked.sell(1, payments=[{"method": "card", "amount": 100}, {"method": method, "amount": 19}])
    assert (refused.status, refused.code, refused.fields) == (
        422,
        "validation_failed",
        {"payments.1.method"},
    )
    assert len(stocked.shop.events()) == before


def test_an_archived_method_is_taken_no_more_and_what_it_paid_stays(stocked: Any, admin: Any) -> None:
    voucher = admin.post(PATH, VOUCHER).data
    sold = stocked.sell(1, id=voucher["id"][:-4] + "0000", payments=[{"method": "Meal", "amount": 119}])
    assert admin.delete(f"{PATH}/{voucher['id']}").status == 200
    assert pay(stocked, "Meal").fields == {"payments.0.method"}
    again = stocked.sell(1, id=sold.data["id"], payments=[{"method": "Meal", "amount": 119}])
    assert (again.status, again.data) == (201, sold.data)


def test_a_method_of_another_company_is_none(stocked: Any, make_shop: Any) -> None:
    make_shop().client().post(PATH, VOUCHER)
    assert pay(stocked, "Meal").fields == {"payments.0.method"}


def test_reports_show_each_code_by_itself(stocked: Any, admin: Any) -> None:
    admin.post(PATH, VOUCHER)
    pay(stocked, "Meal")
    sold = pay(stocked, "card")
    path = "/api/admin/reports/sales-summary/by-payment-method?from=2021-01-01&to=2030-12-31"
    report = admin.get(path, X_Wait_For_Position=sold.headers["x-event-position"]).data
    assert {row["method"]: row["amount"] for row in report["rows"]} == {"Meal": 119, "card": 119}


def test_another_code_is_for_later_sales(stocked: Any, admin: Any) -> None:
    voucher = admin.post(PATH, VOUCHER).data
    sold = pay(stocked, "Meal").data
    admin.patch(f"{PATH}/{voucher['id']}", {"code": "lunch"})
    assert pay(stocked, "Meal").status == 422
    assert pay(stocked, "lunch").data["payments"][0]["method"] == "lunch"
    assert admin.get(f"/api/cashier/orders/{sold['id']}").status == 404
    cashier = stocked.shop.client("Cashier")
    assert cashier.get(f"/api/cashier/orders/{sold['id']}").data["payments"][0]["method"] == "Meal"


@pytest.mark.parametrize("code", ["cash", "Card", "coupon", "exchange", "Exchange"])
def test_a_code_that_every_till_knows_is_no_companys_own(admin: Any, code: str) -> None:
    refused = admin.post(PATH, {**VOUCHER, "code": code})
    assert (refused.status, refused.code) == (409, "duplicate_code")


@pytest.mark.parametrize("kind", ["cash", "barter", "", None, 1])
def test_there_is_one_cash_and_no_unknown_kind(admin: Any, kind: Any) -> None:
    refused = admin.post(PATH, {**VOUCHER, "kind": kind})
    assert (refused.status, refused.fields) == (422, {"kind"})


def test_a_manager_sees_them_and_only_an_admin_sets_them_up(stocked: Any) -> None:
    manager = stocked.shop.client("Manager")
    assert manager.get(PATH).status == 200
    assert manager.post(PATH, VOUCHER).status == 403
    assert stocked.shop.client("Cashier").get(PATH).status == 403
