"""What is printed for a customer."""

from typing import Any


class TestTheReceipt:
    def test_names_the_shop_the_store_and_the_sale_and_no_cost(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        texts = {"receipt_header": "Welcome\nto Main Street", "receipt_footer": "Thank you", "phone": "030 1"}
        admin.patch(f"/api/admin/stores/{stocked.store['id']}", texts)
        sold = stocked.sell(2, role="Manager").data
        printed = stocked.shop.client("Manager").get(f"/api/cashier/orders/{sold['id']}/receipt")
        receipt = printed.data
        assert receipt["store"].items() >= {**texts, "code": "MAIN", "timezone": "Europe/Berlin"}.items()
        assert receipt["company"]["name"] == f"Shop {stocked.shop.company_id}"
        assert receipt["order"]["number"] == "MAIN-1-000001"
        assert receipt["order"]["total"] == 238
        assert b"cost" not in printed.body

    def test_the_sale_on_it_is_the_sale_that_was_made(self, stocked: Any) -> None:
        sold = stocked.sell(2).data
        path = f"/api/cashier/orders/{sold['id']}/receipt"
        assert stocked.shop.client("Cashier").get(path).data["order"] == sold

    def test_a_later_edit_of_the_catalog_does_not_reach_it(self, stocked: Any) -> None:
        sold = stocked.sell(2).data
        admin = stocked.shop.client()
        product = f"/api/admin/products/{stocked.product['id']}"
        admin.patch(product, {"name": "Renamed", "tax_rate_ids": []})
        admin.patch(f"{product}/variants/{stocked.variant_id}", {"price": 1, "sku": "NEW"})
        admin.patch(f"/api/admin/settings/tax-rates/{stocked.tax['id']}", {"rate": "7", "name": "Other"})
        path = f"/api/cashier/orders/{sold['id']}/receipt"
        assert stocked.shop.client("Cashier").get(path).data["order"] == sold
