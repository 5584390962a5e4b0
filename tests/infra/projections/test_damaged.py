"""Logs that hold twice what must be there once: they can be folded, and nothing is given out again."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.aggregate import Aggregate
from domain.catalog.brands import Brand
from domain.catalog.products import Product, Variant
from domain.companies import PLATFORM_ID
from domain.costing import Balance
from domain.packages import Limits, Package
from domain.stock.levels import Level
from domain.storages import Storage
from domain.users import User
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from projections.user_directory import DIRECTORY
from projections.users import ask_directory
from tests.infra.projections.conftest import NOW, SERIES, sale


def append(shop: Any, *aggregates: Aggregate) -> None:
    """Record facts of which no read model heard, as a server did that decided on empty ones."""
    events = [event for aggregate in aggregates for event in aggregate.collect_events()]
    with transaction(shop.connection, shop.company_id) as db:
        _, rows = shop.writer.sealed(db, events, shop.writer.keys(db))
        shop.writer.append(db, rows, Metadata(at=NOW))


def sold(shop: Any, number: int) -> Any:
    """A sale under this number, from plenty of stock."""
    held = Balance(quantity=Decimal(99), value=9900, last_unit_cost=Decimal(100))
    plenty = {shop.variants[0]: Level(balance=held)}
    return sale(shop, shop.variants[:1], plenty, number, 1, SERIES)[0]


def product(sku: str, *barcodes: str) -> Product:
    variant = Variant(id=uuid4(), sku=sku, price=500, barcodes=barcodes)
    return Product.begin(Product.Registered, uuid4(), name="Coffee", variants=(variant,))


def brand(name: str) -> Brand:
    return Brand.begin(Brand.Registered, uuid4(), name=name, description=None)


def storage(code: str) -> Storage:
    fields = {"name": uuid4().hex, "code": code, "store_id": None, "address": None, "allow_negative": False}
    return Storage.begin(Storage.Registered, uuid4(), **fields)


def package(name: str) -> Package:
    fields = {"name": name, "description": None, "price": 0, "currency": "EUR", "billing_period": "none"}
    return Package.begin(Package.Registered, uuid4(), **fields, trial_days=0, limits=Limits(), features=())


class TestAPlaceInASeriesThatOccursTwice:
    @pytest.fixture
    def damaged(self, shop: Any) -> Any:
        """A shop whose receipts were numbered 1, 2, 3, and from 1 again."""
        shop.open_doors()
        append(shop, *(sold(shop, number) for number in (1, 2, 3, 1, 2)))
        return shop

    def test_is_the_first_ones_and_flagged_for_the_second(self, database: Any, damaged: Any) -> None:
        damaged.rebuild("orders")
        rows = database.rows(
            "SELECT series_number, clash FROM orders WHERE company_id = %s ORDER BY clash, series_number",
            damaged.company_id,
        )
        assert rows == [(1, 0), (2, 0), (3, 0), (1, 6), (2, 7)]

    def test_is_the_same_whether_folded_at_once_or_one_by_one(
        self, damaged: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        damaged.rebuild("orders")
        monkeypatch.setattr("infra.projections.staging.BATCH", 1)
        assert damaged.verify("orders").is_true

    def test_keeps_no_check_and_no_rebuild_from_running_through(self, damaged: Any) -> None:
        for name in ("orders", "report_sales", "report_names"):
            damaged.rebuild(name)
            assert damaged.verify(name).is_true

    def test_is_not_given_out_a_third_time(self, database: Any, damaged: Any) -> None:
        damaged.rebuild("orders")
        damaged.receive(damaged.variants, 10, 100)
        damaged.sell(damaged.variants[:1])
        rows = database.rows(
            "SELECT max(series_number) FROM orders WHERE company_id = %s AND clash = 0", damaged.company_id
        )
        assert rows == [(4,)]
        assert damaged.verify("orders").is_true


class TestWhatElseOccursTwice:
    @pytest.mark.parametrize(
        ("name", "make"),
        [
            pytest.param("products", lambda: product("SAME"), id="a SKU"),
            pytest.param("products", lambda: product(uuid4().hex, "4006381333931"), id="a barcode"),
            pytest.param("settings", lambda: brand("Same"), id="a name"),
            pytest.param("settings", lambda: storage("SAME"), id="a code"),
        ],
    )
    def test_can_be_folded_and_is_told_the_same_each_time(
        self, shop: Any, monkeypatch: pytest.MonkeyPatch, name: str, make: Callable[[], Aggregate]
    ) -> None:
        append(shop, make(), make(), make())
        shop.rebuild(name)
        assert shop.verify(name).is_true
        monkeypatch.setattr("infra.projections.staging.BATCH", 1)
        assert shop.verify(name).is_true

    def test_is_unique_again_once_it_has_another_name(self, database: Any, shop: Any) -> None:
        first, second = brand("Same"), brand("Same")
        append(shop, first, second)
        shop.rebuild("settings")
        second.revise({"name": "Other"})
        shop.record(second)
        rows = database.rows(
            "SELECT name, name_clash FROM settings WHERE company_id = %s ORDER BY name", shop.company_id
        )
        assert rows == [("Other", 0), ("Same", 0)]
        assert shop.verify("settings").is_true

    def test_may_be_a_package(self, open_shop: Callable[..., Any]) -> None:
        platform = open_shop(PLATFORM_ID)
        with transaction(platform.connection, PLATFORM_ID) as db:
            db.execute("SELECT found_company(%(company)s)", {"company": PLATFORM_ID})
        name = uuid4().hex
        append(platform, *(package(name) for _ in range(3)))
        platform.rebuild("packages")
        assert platform.verify("packages").is_true


class TestAUserNameThatChangedHands:
    def test_is_the_later_ones_whichever_company_is_folded_first(
        self, database: Any, open_shop: Callable[..., Any]
    ) -> None:
        former, later, name = open_shop(), open_shop(), f"{uuid4()}@example.com"
        digest = DIRECTORY.digest(name)
        leaving, coming = (User.begin(User.Registered, uuid4(), username=name, role="Cashier") for _ in "12")
        former.record(leaving)
        leaving.archive()
        former.record(leaving)
        later.record(coming)
        for shop in (later, former, later):
            shop.rebuild("users")
            rows = database.rows("SELECT user_id FROM user_directory WHERE name_digest = %s", digest)
            assert rows == [(coming.id,)]


class TestNamesThatCameToLookAlike:
    """Names that were two before width and ligatures stopped counting: both stay, and nothing is refused."""

    WIDE = str.maketrans({one: ord(one) - 0x20 + 0xFF00 for one in "abcdefghijklmnopqrstuvwxyz"})

    @pytest.mark.parametrize(
        ("name", "one", "other"),
        [
            pytest.param("settings", lambda: brand("Oat"), lambda: brand("O\uff41t"), id="brands"),
            pytest.param("settings", lambda: brand("Fin"), lambda: brand("\ufb01n"), id="ligatures"),
        ],
    )
    def test_are_both_kept_by_a_rebuild(
        self, shop: Any, name: str, one: Callable[[], Aggregate], other: Callable[[], Aggregate]
    ) -> None:
        append(shop, one(), other())
        shop.rebuild(name)
        assert shop.verify(name).is_true

    def test_may_be_packages(self, open_shop: Callable[..., Any]) -> None:
        platform, name = open_shop(PLATFORM_ID), uuid4().hex
        with transaction(platform.connection, PLATFORM_ID) as db:
            db.execute("SELECT found_company(%(company)s)", {"company": PLATFORM_ID})
        append(platform, package(f"z{name}"), package(f"\uff5a{name}"))
        platform.rebuild("packages")
        assert platform.verify("packages").is_true

    def test_lead_every_user_to_their_own_company(self, open_shop: Callable[..., Any]) -> None:
        plain = f"anna{uuid4().hex}"
        shops = {plain: open_shop(), plain.translate(self.WIDE): open_shop()}
        users = {name: User.begin(User.Registered, uuid4(), username=name, role="Cashier") for name in shops}
        for name, shop in shops.items():
            append(shop, users[name])
        for order in (list(shops), list(reversed(shops))):
            for name in order:
                shops[name].rebuild("users")
            for name, shop in shops.items():
                with transaction(shop.connection, shop.company_id) as db:
                    row = ask_directory(db, name).row()
                assert row is not None
                assert row["user_id"] == users[name].id
        assert all(shop.verify("users").is_true for shop in shops.values())


def test_a_sale_that_comes_second_by_chance_is_still_refused(shop: Any) -> None:
    shop.open_doors()
    shop.record(sold(shop, 1))
    with pytest.raises(psycopg.errors.UniqueViolation):
        shop.record(sold(shop, 1))
