"""What holds for every answer: its shape, its headers, and reading what one has written."""

import re
from typing import Any
from uuid import uuid4

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class TestTheEnvelope:
    def test_a_success(self, shop: Any) -> None:
        body = shop.client().get("/api/auth/me").json
        assert body.keys() == {"success", "message", "data"}
        assert (body["success"], type(body["message"])) == (True, str)

    def test_a_list_is_paged_and_a_log_goes_on(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        listed = admin.get("/api/admin/products").json
        assert listed["pagination"] == {"page": 1, "limit": 20, "total": 1, "pages": 1}
        log = admin.get("/api/admin/inventory/movements").json
        assert log["pagination"].keys() == {"next_after", "has_more"}

    def test_an_empty_list_has_no_pages(self, shop: Any) -> None:
        answer = shop.client().get("/api/admin/products").json
        assert (answer["data"], answer["pagination"]["pages"]) == ([], 0)

    def test_a_failure(self, shop: Any, service: Any) -> None:
        answer = shop.client().get("/api/nowhere", X_Request_Id="till-7:42")
        assert answer.json == {
            "success": False,
            "message": "There is no such route.",
            "error": {
                "code": "not_found",
                "details": [],
                "doc_url": f"http://{service.host}:{service.port}/docs/errors#not_found",
            },
            "request_id": "till-7:42",
        }

    def test_unknown_routes_and_wrong_methods(self, shop: Any) -> None:
        client = shop.client()
        for method, path, status, code in (
            ("GET", "/index.html", 404, "not_found"),
            ("GET", "/api/nowhere", 404, "not_found"),
            ("POST", "/", 405, "method_not_allowed"),
            ("POST", f"/api/admin/products/{uuid4()}/nothing", 404, "not_found"),
            ("GET", "/api/admin/products/not-a-uuid", 404, "not_found"),
            ("GET", "/api/admin/products/%00", 404, "not_found"),
            ("GET", "/api/../etc/passwd", 404, "not_found"),
            ("PUT", "/api/admin/products", 405, "method_not_allowed"),
            ("DELETE", "/api/pos/orders", 405, "method_not_allowed"),
            ("GET", "/api/pos/orders", 405, "method_not_allowed"),
            ("POST", "/health", 405, "method_not_allowed"),
        ):
            answer = client.call(method, path)
            assert (answer.status, answer.code) == (status, code), path
            assert answer.json["request_id"] == answer.headers["x-request-id"]
        assert "POST" in client.call("PUT", "/api/admin/products").headers["allow"]

    def test_a_slash_at_the_end_leads_nowhere(self, shop: Any) -> None:
        assert shop.client().get("/api/admin/products/").code == "not_found"


class TestHeaders:
    def test_the_requests_id_is_echoed_or_made(self, shop: Any) -> None:
        client = shop.client()
        assert client.get("/health", X_Request_Id="a-1").headers["x-request-id"] == "a-1"
        for strange in ("", "a b", "x" * 129, "ä", "<script>"):
            request_id = client.get("/health", X_Request_Id=strange).headers["x-request-id"]
            assert re.fullmatch(r"[0-9a-f]{32}", request_id), strange

    def test_the_requests_id_is_kept_with_its_facts(self, shop: Any) -> None:
        shop.client().post("/api/admin/settings/brands", {"name": "Acme"}, X_Request_Id="till-7")
        metadata = shop.events()[-1]["metadata"]
        assert metadata["request"] == "till-7"
        assert metadata["actor"] == str(shop.users["Admin"])

    def test_browsers_are_told_to_be_careful(self, shop: Any) -> None:
        headers = shop.client().get("/api/auth/me").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers

    def test_times_are_utc(self, stocked: Any) -> None:
        sold = stocked.sell(role="Manager", occurred_at="2024-03-01T12:00:00+05:30").data
        received = stocked.receive(1, 1, occurred_at="2024-03-01T12:00:00+05:30").data
        assert sold["occurred_at"] == received["occurred_at"] == "2024-03-01T06:30:00Z"
        assert TIME.fullmatch(sold["recorded_at"])


class TestReadingWhatOneHasWritten:
    def test_a_read_knows_the_position_it_was_asked_to_wait_for(self, stocked: Any) -> None:
        position = stocked.sell().headers["x-event-position"]
        admin = stocked.shop.client()
        for path in (
            "/api/admin/products",
            "/api/admin/inventory/levels",
            "/api/admin/inventory/movements",
            "/api/admin/reports/sales-summary/overview?from=2024-01-01&to=2024-01-01",
            f"/api/admin/products/{stocked.product['id']}",
        ):
            answer = admin.get(path, X_Wait_For_Position=position)
            assert answer.status == 200, path
            assert int(answer.headers["x-read-position"]) >= int(position)

    def test_a_position_that_never_comes_is_not_waited_for_for_ever(self, stocked: Any) -> None:
        ahead = str(len(stocked.shop.events()) + 1)
        answer = stocked.shop.client().get("/api/admin/inventory/movements", X_Wait_For_Position=ahead)
        assert (answer.status, answer.code) == (503, "projection_behind")
        assert int(answer.headers["retry-after"]) > 0

    def test_a_write_that_changes_nothing_says_where_the_log_ends(self, shop: Any) -> None:
        admin = shop.client()
        brand = admin.post("/api/admin/settings/brands", {"name": "Acme"})
        same = admin.patch(f"/api/admin/settings/brands/{brand.data['id']}", {})
        assert same.headers["x-event-position"] == brand.headers["x-event-position"]


class TestTheWatch:
    def test_the_service_is_alive_and_ready(self, service: Any) -> None:
        client = service.client()
        assert client.get("/health").data == {"status": "alive"}
        assert client.get("/ready").data["database"] is True

    def test_metrics_count_by_route_and_never_by_what_a_client_invents(self, service: Any) -> None:
        client = service.client()
        client.call("BREW", "/api/admin/products")
        client.get(f"/api/{uuid4()}")
        metrics = client.get("/metrics").body
        assert b'route="unknown"' in metrics
        assert b"BREW" not in metrics
