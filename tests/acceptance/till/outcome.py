"""What came of a shift of a till in the end, by its numbers: equal, however it was delivered."""

from collections import Counter
from typing import Any

from tests.acceptance.till.offline import OfflineShift

SHIFTS = "/api/pos/shifts"
SUMS = ("gross_sales", "discounts", "returns", "net_sales", "tax", "tips", "rounding", "total_collected")


def outcome_of(day: OfflineShift) -> dict[str, Any]:
    """Its orders, drawer, report and reports, and what the till's next shift finds."""
    return {
        "orders": sorted(order_of(day, order_id) for order_id in day.order_ids),
        "shift": shift_of(day),
        "drawer": drawer_of(day),
        "stock": stock_of(day),
        "reports": reports_of(day),
        "next shift": next_shift_of(day),
        "status": status_of(day),
    }


def order_of(day: OfflineShift, order_id: str) -> tuple[Any, ...]:
    """An order by its number, and all that went back of it together: in which parts is the delivery's."""
    shown = day.shop.client.get(f"/api/admin/orders/{order_id}").data
    assert shown["shift_id"] == day.id
    names = ("number", "status", "payment_status", "fulfilment_status", "total", "tax_total", "rounding")
    back = Counter[str]()
    for refund in shown["refunds"]:
        taxes = sum(line["tax_total"] for line in refund["lines"])
        back.update(total=refund["total"], tax=taxes, rounding=refund["rounding"])
    return (
        *(shown[name] for name in names),
        (shown["paid_total"], shown["refunded_total"], sorted(back.items())),
        [(line["quantity"], line["returned_quantity"], line["total"]) for line in shown["lines"]],
        [(payment["method"], payment["amount"], payment["tip"]) for payment in shown["payments"]],
    )


def shift_of(day: OfflineShift) -> dict[str, Any]:
    """The shift; what is late is what has come after the close, the rest is in its Z."""
    path = f"{SHIFTS}/{day.id}"
    shown, report = day.shop.get(path).data, day.shop.get(f"{path}/report").data
    same = ("status", "opening_float", "counted_cash", "closing_float", "z_number", "restated")
    return {
        **{name: shown[name] for name in same},
        "collected": report["total_collected"] + shown["late"]["total"],
        "business_dates": shown["business_dates"],
    }


def drawer_of(day: OfflineShift) -> Counter[str]:
    """What each kind of entry brought; two refunds of one order round their cash one after the other."""
    sums, counts = Counter[str](), Counter[str]()
    for entry in day.shop.get(f"{SHIFTS}/{day.id}/drawer").data["entries"]:
        sums[entry["kind"]] += entry["amount"]
        counts[f"number of {entry['kind']}"] += 1
    return sums + counts


def stock_of(day: OfflineShift) -> list[tuple[Any, ...]]:
    rows = day.shop.get("/api/admin/inventory/levels").data
    return sorted((row["sku"], row["on_hand"], row["value"]) for row in rows)


def reports_of(day: OfflineShift) -> dict[str, Any]:
    """The sales report: in total, by method, by goods."""
    methods = day.shop.report("by-payment-method")["rows"]
    of_methods = ("method", "payments", "amount", "tips", "refund_count", "refunds")
    products = day.shop.report("by-product")["rows"]
    return {
        "overview": day.shop.report("overview")["overall"],
        "methods": sorted([row[name] for name in of_methods] for row in methods),
        "products": sorted(
            (row["sku"], row["quantity"], row["returned_quantity"], row["net_sales"], row["tax"])
            for row in products
        ),
    }


def next_shift_of(day: OfflineShift) -> dict[str, Any]:
    """What a further shift, opened with a connection, has for its float and numbers, and says of all time.

    A sale that was in a Z before its void arrived is in both sums of all time, which only grow.
    """
    shop, till = day.shop, {"register_id": day.shop.tills[0].register_id}
    opened = shop.done("pos/shifts/open", {"opening_float": 9_000, **till})
    payments = [{"method": "cash", "amount": 333}]
    sold = shop.done("pos/orders", {**shop.basket(shop.tills[0], [(0, 1)], 0), "payments": payments})
    shop.done(f"pos/shifts/{opened['id']}/close", {"counted_cash": 9_335})
    report = shop.get(f"{SHIFTS}/{opened['id']}/report").data
    return {
        "expected_float": opened["expected_float"],
        "number": sold["number"],
        "sums": [report[name] for name in SUMS],
        "net of all time": report["perpetual"]["net"],
        "z_number": report["z_number"],
    }


def status_of(day: OfflineShift) -> tuple[Any, ...]:
    """What of it has not come, waits, or was rejected."""
    path = f"/api/pos/sync/status?device_id={day.shop.tills[0].device_id}"
    status = day.shop.client.get(path).data
    return tuple(status[name] for name in ("last_seq", "missing_seqs", "waiting", "rejected"))
