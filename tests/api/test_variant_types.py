"""Variant types over HTTP: names of options, their values, and what variants already have of them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

PATH = "/api/admin/settings/variant-types"
SIZE = {"name": "Size", "values": ["S", "M", "L"]}


@pytest.fixture
def admin(shop: Any) -> Any:
    """Who keeps the catalog."""
    return shop.client()


@pytest.fixture
def size(admin: Any) -> Any:
    """Size: S, M, L; a shirt is sold in M."""
    variant_type = admin.post(PATH, SIZE).data
    variant = {"sku": "SHIRT-M", "price": 1, "options": {"Size": "M", "Colour": "red"}}
    assert admin.post("/api/admin/products", {"name": "Shirt", "variants": [variant]}).status == 201
    return variant_type


def edit(admin: Any, size: Any, **changes: Any) -> Any:
    return admin.patch(f"{PATH}/{size['id']}", changes)


class TestValues:
    def test_they_keep_their_order(self, shop: Any, admin: Any) -> None:
        variant_type = admin.post(PATH, {"name": "Size", "values": ["L", "M", "S"]}).data
        assert variant_type["values"] == ["L", "M", "S"]
        turned = admin.patch(f"{PATH}/{variant_type['id']}", {"values": ["S", "M", "L"]}).data
        assert turned["values"] == ["S", "M", "L"]
        assert shop.events()[-1]["type"] == "variant_types.VariantType.ValuesListed"
        assert shop.events()[-1]["state"] == {"values": ["S", "M", "L"]}

    def test_the_same_again_records_nothing(self, shop: Any, admin: Any) -> None:
        variant_type = admin.post(PATH, SIZE).data
        before = len(shop.events())
        assert admin.patch(f"{PATH}/{variant_type['id']}", SIZE).data == variant_type
        assert len(shop.events()) == before

    @pytest.mark.parametrize(
        ("values", "fields"),
        [
            ([], {"values"}),
            (["v" + str(number) for number in range(101)], {"values"}),
            (["M", "m"], {"values.1"}),
            (["M", " M ", "L", "M"], {"values.1", "values.3"}),
            (["STRASSE", "Straße"], {"values.1"}),
            (["M", ""], {"values.1"}),
            (["M", "   "], {"values.1"}),
            (["M", None], {"values.1"}),
            (["M", 1], {"values.1"}),
            (["x" * 61], {"values.0"}),
            (["x" * 10_000], {"values.0"}),
            (["a\u0000b"], {"values.0"}),
            ("M", {"values"}),
            ({"0": "M"}, {"values"}),
            (None, {"values"}),
        ],
        ids=lambda values: str(values) if isinstance(values, list) else "",
    )
    def test_wrong_ones_are_named(self, admin: Any, values: Any, fields: set[str]) -> None:
        refused = admin.post(PATH, {"name": "Size", "values": values})
        assert (refused.status, refused.code, refused.fields) == (422, "validation_failed", fields)

    def test_there_may_be_a_hundred_of_sixty_characters(self, admin: Any) -> None:
        values = [f"{number:02d}" + "x" * 58 for number in range(100)]
        assert admin.post(PATH, {"name": "Size", "values": values}).data["values"] == values


class TestWhatVariantsHave:
    def test_a_value_in_use_is_not_removed(self, shop: Any, admin: Any, size: Any) -> None:
        before = len(shop.events())
        refused = edit(admin, size, values=["S", "L"])
        assert (refused.status, refused.code, refused.fields) == (409, "in_use", {"values"})
        assert "Size M" in refused.json["error"]["details"][0]["message"]
        assert len(shop.events()) == before

    @pytest.mark.usefixtures("size")
    def test_what_another_companys_variants_have_is_not_in_use(self, make_shop: Any) -> None:
        other = make_shop().client()
        variant_type = other.post(PATH, SIZE).data
        assert edit(other, variant_type, values=["S"]).status == 200
        assert other.delete(f"{PATH}/{variant_type['id']}").status == 200


def test_a_clerk_reads_them_and_a_cashier_does_not(shop: Any, size: Any) -> None:
    clerk = shop.client("Inventory Clerk")
    assert clerk.get(f"{PATH}/{size['id']}").data == size
    assert clerk.post(PATH, {"name": "X", "values": ["x"]}).status == 403
    assert shop.client("Cashier").get(PATH).status == 403


class TestWhatVariantsMayHave:
    def body(self, *options: dict[str, str]) -> dict[str, Any]:
        variants = [{"sku": f"S-{n}", "price": 1, "options": one} for n, one in enumerate(options)]
        return {"name": "Blouse", "variants": variants}

    @pytest.mark.usefixtures("size")
    def test_an_option_named_like_a_type_has_one_of_its_values(self, shop: Any, admin: Any) -> None:
        before = len(shop.events())
        for name, wrong in (("Size", "XL"), ("size", "XL")):
            refused = admin.post("/api/admin/products", self.body({"Size": "S"}, {name: wrong}))
            assert (refused.status, refused.fields) == (422, {f"variants.1.options.{name}"})
            assert refused.json["error"]["details"][0]["code"] == "not_listed"
        assert len(shop.events()) == before
        assert admin.post("/api/admin/products", self.body({"Size": "S"}, {"Size": "L"})).status == 201

    @pytest.mark.usefixtures("size")
    def test_options_are_written_as_their_type_is(self, admin: Any) -> None:
        body = self.body({"SIZE": "s"}, {"\uff33ize": "M"})
        product = admin.post("/api/admin/products", body).data
        assert [one["options"] for one in product["variants"]] == [{"Size": "S"}, {"Size": "M"}]
        added = {"sku": "S-3", "price": 1, "options": {"size": "l"}}
        product = admin.post(f"/api/admin/products/{product['id']}/variants", added).data
        assert product["variants"][2]["options"] == {"Size": "L"}
        path = f"/api/admin/products/{product['id']}/variants/{product['variants'][2]['id']}"
        same = {"options": {"SIZE": "m"}}
        assert admin.patch(path, same, If_Match="*").fields == {"options"}

    def test_options_of_no_type_are_written_as_the_first_variant_has_them(self, admin: Any) -> None:
        body = self.body({"Gr\u00f6sse": "M"}, {"gro\u0308sse": "L"})
        product = admin.post("/api/admin/products", body).data
        assert [one["options"] for one in product["variants"]] == [{"Gr\u00f6sse": "M"}, {"Gr\u00f6sse": "L"}]

    @pytest.mark.parametrize(
        "options", [({"Color": "Red"}, {"color": "RED"}), ({"Color": "Red", "color": "Blue"},)]
    )
    def test_options_that_look_alike_are_one(self, admin: Any, options: Any) -> None:
        refused = admin.post("/api/admin/products", self.body(*options))
        assert (refused.status, refused.code) == (422, "validation_failed")
        assert next(iter(refused.fields)).endswith("options")

    def test_taking_a_value_and_giving_it_up_at_once_never_both_succeed(self, admin: Any) -> None:
        variant_type = admin.post(PATH, SIZE).data

        def race(number: int) -> tuple[int, int]:
            admin.patch(f"{PATH}/{variant_type['id']}", {"values": ["S", "M", "L"]})
            body = {"name": "R", "variants": [{"sku": f"R{number}", "price": 1, "options": {"Size": "L"}}]}
            with ThreadPoolExecutor(2) as both:
                addition = both.submit(admin.post, "/api/admin/products", body)
                removal = both.submit(admin.patch, f"{PATH}/{variant_type['id']}", {"values": ["S", "M"]})
            if addition.result().status == 201:
                admin.delete(f"/api/admin/products/{addition.result().data['id']}")
            return addition.result().status, removal.result().status

        assert {race(number) for number in range(10)} <= {(201, 409), (422, 200)}
