"""Whoever sends something wrong for the first time reads in the answer what would be right."""

from typing import Any

import pytest

PRODUCTS, BRANDS = "/api/admin/products", "/api/admin/settings/brands"


def message_of(answer: Any, field: str) -> str:
    """What a refusal says of a field."""
    details = answer.json["error"]["details"]
    return str(next(detail["message"] for detail in details if detail["field"] == field))


class TestAPath:
    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("/products/123", "Did you mean /api/admin/products/{product_id}? “123” is no id"),
            ("/api/admin/products/123", "“123” is no id: ids are UUIDs, such as "),
            ("/api/admin/products/", "Did you mean /api/admin/products?"),
            ("/api/admin/prodcuts", "Did you mean /api/admin/products?"),
            ("/api/brands", "Did you mean /api/admin/settings/brands?"),
            ("/api/login", "Did you mean /api/auth/login?"),
        ],
    )
    def test_that_nearly_exists_names_the_one_that_does(self, shop: Any, path: str, said: str) -> None:
        answer = shop.client().get(path)
        assert (answer.status, answer.code) == (404, "not_found")
        assert said in answer.json["message"]

    @pytest.mark.parametrize("path", ["/api/nowhere", "/api/admin", "/wp-login.php", "/x" * 50, "/%00"])
    def test_that_is_like_none_names_none(self, shop: Any, path: str) -> None:
        assert shop.client().get(path).json["message"] == "There is no such route."

    def test_of_something_that_is_not_there_suggests_no_other(self, shop: Any) -> None:
        answer = shop.client().get(f"{PRODUCTS}/0190f5a1-7c3e-7abc-8def-0123456789a0")
        assert (answer.status, answer.json["message"]) == (404, "There is no such thing here.")

    def test_names_the_methods_that_it_takes(self, shop: Any) -> None:
        answer = shop.client().call("PUT", PRODUCTS)
        assert answer.json["message"] == "This route takes GET, HEAD, OPTIONS, POST, and no other method."
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


class TestAToken:
    @pytest.mark.parametrize(
        ("header", "said"),
        [
            (None, "No access token was sent"),
            ("Basic YWRhOnNlY3JldA==", "The Authorization header must be `Bearer`"),
            ("Bearer", "The Authorization header must be `Bearer`"),
            ("Bearer abc.def.ghi", "none of ours, or not all of it"),
        ],
    )
    def test_that_is_missing_or_broken_is_told_so(self, service: Any, header: str | None, said: str) -> None:
        headers = {"Authorization": header} if header else {}
        answer = service.client().call("GET", PRODUCTS, headers=headers)
        assert (answer.status, answer.code) == (401, "unauthenticated")
        assert said in answer.json["message"]


class TestABody:
    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            (b"", "The body is empty"),
            (b'{"name": "Acme",}', "trailing comma in object, at line 1, column 17."),
            (b"{'name': 'Acme'}", "at line 1, column 2."),
            (b'{\n  "name": Acme\n}', "at line 2, column 11."),
            (b'{"name": "Acme"', "it ends too early, at line 1, column 16."),
            (b'{"name": "\xe9"}', "it is not encoded in UTF-8, at line 1, column 11."),
            (b'{"name": "' + "日本".encode() + b'" "x"}', "at line 1, column 15."),
        ],
    )
    def test_that_is_no_json_says_where(self, shop: Any, raw: bytes, said: str) -> None:
        answer = shop.client().call("POST", BRANDS, raw=raw)
        assert (answer.status, answer.code) == (400, "malformed_json")
        assert said in answer.json["message"]

    @pytest.mark.parametrize("sent", ["application/x-www-form-urlencoded", "text/plain"])
    def test_of_another_type_says_which_is_taken(self, shop: Any, sent: str) -> None:
        answer = shop.client().call("POST", BRANDS, raw=b'{"name": "A"}', headers={"Content-Type": sent})
        assert (answer.status, answer.code) == (415, "unsupported_media_type")
        assert f"sent as {sent}: send `Content-Type: application/json`." in answer.json["message"]

    def test_names_the_field_that_was_meant(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        assert message_of(admin.post(BRANDS, {"nmae": "A"}), "nmae") == "Unknown field. Did you mean name?"
        refused = admin.post("/api/pos/quote", {"lines": [{"variant_id": stocked.variant_id, "qty": 1}]})
        assert message_of(refused, "lines.0.qty") == "Unknown field. Did you mean quantity?"
        assert refused.codes == {"unknown", "required"}
        assert "Did you mean search?" in message_of(admin.get(f"{BRANDS}?serach=a"), "serach")
        assert message_of(admin.get("/api/admin/orders?foo=1"), "foo") == "Unknown field."
        assert "takes none" in message_of(admin.get("/api/auth/me?verbose=1"), "verbose")


class TestAValue:
    @pytest.mark.parametrize(
        ("price", "said"),
        [
            (2.49, "249 for 2.49, if it has two places"),
            ("2.49", "249 for 2.49, if it has two places"),
            ("2,5", "250 for 2,5, if it has two places"),
            ("249", "Must be a number, not a text, in the currency's minor unit: 249."),
            ("dear", "a whole number of the currency's minor unit, such as 249 for 2.49"),
            (2.4999, "such as 249 for 2.49"),
        ],
    )
    def test_that_is_an_amount_is_a_whole_number_of_minor_units(
        self, shop: Any, price: Any, said: str
    ) -> None:
        body = {"name": "Oat", "variants": [{"sku": "OAT", "price": price}]}
        refused = shop.client().post(PRODUCTS, body)
        assert (refused.status, refused.codes) == (422, {"invalid"})
        assert said in message_of(refused, "variants.0.price")

    @pytest.mark.parametrize(
        ("quantity", "said"),
        [
            ("0.1234567", "Must have 5 decimal places at most, and has 7."),
            ("1,5", "Must be written with a point, such as 1.5."),
            ("many", "Not a valid decimal number"),
        ],
    )
    def test_that_is_a_quantity_says_how_exact_it_may_be(
        self, stocked: Any, quantity: str, said: str
    ) -> None:
        line = {"variant_id": stocked.variant_id, "quantity": quantity}
        refused = stocked.shop.client().post("/api/pos/quote", {"lines": [line]})
        assert said in message_of(refused, "lines.0.quantity")

    def test_that_is_one_of_a_few_words_names_them(self, shop: Any) -> None:
        refused = shop.client().get(f"{PRODUCTS}?status=live")
        assert "draft, coming_soon, active, discontinued, archived" in message_of(refused, "status")

    def test_that_is_a_date_a_time_or_an_id_shows_one(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        report = admin.get("/api/admin/reports/sales-summary/overview?from=01.03.2026&to=2026-03-31")
        assert message_of(report, "from") == "Must be a date, such as 2026-03-01."
        assert "such as 2026-03-01T09:00:00Z" in message_of(
            admin.get(f"{PRODUCTS}/{stocked.product['id']}?as_of=yesterday"), "as_of"
        )
        assert "Not a valid UUID, such as" in message_of(
            admin.post(PRODUCTS, {"name": "Oat", "brand_id": "acme"}), "brand_id"
        )
