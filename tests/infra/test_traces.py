"""Traces: what reaches a collector of OpenTelemetry, over HTTP, of requests, commands and batches."""

import json
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
import structlog

from domain.errors import Refusal
from infra.process.logs import configure_logs
from infra.process.tracing import Tracing, note, span
from tests.conftest import Service, Shop, serving
from tests.waiting import eventually

pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra otel is not installed")

TRACE, PARENT = uuid4().hex, uuid4().hex[:16]
BRANDS = "/api/admin/settings/brands"


class Collector:
    """Takes what is sent to it by OTLP over HTTP, as a collector does."""

    def __init__(self) -> None:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (  # noqa: PLC0415 an extra
            ExportTraceServiceRequest,
        )

        self.spans: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.raw.append(body)
                collector._take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def _take(self, request: Any) -> None:
        for resource in request.resource_spans:
            process = _values(resource.resource.attributes)
            for scope in resource.scope_spans:
                self.spans += [
                    {
                        "name": one.name,
                        "trace": one.trace_id.hex(),
                        "id": one.span_id.hex(),
                        "parent": one.parent_span_id.hex(),
                        "is_error": one.status.code == one.status.STATUS_CODE_ERROR,
                        "resource": process,
                        **_values(one.attributes),
                    }
                    for one in scope.spans
                ]

    def of(self, trace: str) -> list[dict[str, Any]]:
        return [one for one in self.spans if one["trace"] == trace]


def _values(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    collector = Collector()
    thread = Thread(target=collector.server.serve_forever, daemon=True)
    thread.start()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()


@pytest.fixture(scope="module")
def traced(database: Any, collector: Collector) -> Iterator[Service]:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with serving(database, ("serve", "worker"), **settings) as service:
        yield service


def only(spans: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    [found] = [one for one in spans if one["name"] == name]
    return found


class TestARequest:
    def test_is_a_span_within_the_trace_of_its_caller_with_command_and_transaction_below(
        self, traced: Service, collector: Collector, shop: Shop
    ) -> None:
        name = f"Brand {uuid4()}"
        client = traced.client(shop.token())
        client.post(BRANDS, {"name": name}, traceparent=f"00-{TRACE}-{PARENT}-01")
        eventually(lambda: len(collector.of(TRACE)) >= 3)
        spans = collector.of(TRACE)
        request = only(spans, f"POST {BRANDS}")
        command, transaction = only(spans, "command RegisterSetting"), only(spans, "transaction")
        assert request["parent"] == PARENT
        assert command["parent"] == request["id"]
        assert transaction["parent"] == command["id"]
        assert request["http.route"] == BRANDS
        assert (request["http.request.method"], request["http.response.status_code"]) == ("POST", 201)
        assert command["mipos.outcome"] == "done"
        assert transaction["mipos.round_trips"] == 2
        assert transaction["mipos.statements"] > 5
        assert not any(one["is_error"] for one in spans)
        assert request["resource"]["service.name"] == "mipos"
        assert request["resource"]["mipos.process"] == "web"

    def test_tells_nothing_of_what_was_asked_or_refused(
        self, traced: Service, collector: Collector, shop: Shop
    ) -> None:
        trace, name = uuid4().hex, f"Brand-{uuid4()}"
        client = traced.client(shop.token())
        parent = f"00-{trace}-{PARENT}-01"
        assert client.post(BRANDS, {"name": name}, traceparent=parent).status == 201
        assert client.post(BRANDS, {"name": name}, traceparent=parent).code == "duplicate_name"
        assert client.get(f"{BRANDS}?search={name}", traceparent=parent).status == 200
        assert client.get(f"{BRANDS}/{uuid4()}", traceparent=parent).status == 404

        def told() -> list[Any]:
            return [one for one in collector.of(trace) if "http.route" in one]

        eventually(lambda: len(told()) == 4)
        assert {one["mipos.outcome"] for one in collector.of(trace) if "mipos.outcome" in one} == {
            "done",
            "refused",
        }
        seen = b"".join(collector.raw)
        for secret in (name, str(shop.company_id), str(shop.users["Admin"]), shop.token()):
            assert secret.encode() not in seen
        assert not any(one["is_error"] for one in collector.of(trace))

    def test_without_a_trace_begins_one(self, traced: Service, collector: Collector, shop: Shop) -> None:
        client = traced.client(shop.token())
        assert client.get(BRANDS, traceparent="nonsense").status == 200

        def begun() -> list[Any]:
            return [one for one in collector.spans if (one["name"], one["parent"]) == (f"GET {BRANDS}", "")]

        eventually(lambda: len(begun()) == 1)

    def test_that_ends_with_its_process_is_sent_all_the_same(
        self, database: Any, collector: Collector, shop: Shop
    ) -> None:
        trace = uuid4().hex
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "3600000"}
        with serving(database, ("serve",), **settings) as service:
            answer = service.client(shop.token()).get(BRANDS, traceparent=f"00-{trace}-{PARENT}-01")
            assert answer.status == 200
        eventually(lambda: only(collector.of(trace), f"GET {BRANDS}"))


class TestAWorker:
    def test_traces_batches_and_jobs(self, traced: Service, collector: Collector, shop: Shop) -> None:
        client = traced.client(shop.token())

        def names() -> set[str]:
            return {one["name"] for one in collector.spans if one["resource"]["mipos.process"] == "worker"}

        def is_traced() -> bool:
            if "batch" in (seen := names()):
                # Which job comes first is a matter of what the others take.
                return any(name.startswith("job ") for name in seen)
            # Another worker may have been faster.
            client.post(BRANDS, {"name": f"Brand {uuid4()}"})
            return False

        eventually(is_traced)


class TestThisProcess:
    @pytest.fixture
    def exporter(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 an extra
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: PLC0415
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import (  # noqa: PLC0415
            InMemorySpanExporter,
        )

        from infra.runtime.opentelemetry import OpenTelemetry  # noqa: PLC0415

        exporter, provider = InMemorySpanExporter(), TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        monkeypatch.setattr(Tracing, "tracer", OpenTelemetry(provider))
        return exporter

    def test_names_the_trace_in_lines_of_the_log(self, exporter: Any) -> None:
        stream = BytesIO()
        configure_logs("info", stream)
        log = structlog.get_logger("test")
        try:
            with span("something"):
                log.info("within")
            log.info("outside")
        finally:
            structlog.reset_defaults()
        within, outside = map(json.loads, stream.getvalue().splitlines())
        [ended] = exporter.get_finished_spans()
        assert within["fields"] == {"trace_id": f"{ended.context.trace_id:032x}"}
        assert outside["fields"] == {}

    def test_tells_of_an_error_its_type_and_not_what_it_says(self, exporter: Any) -> None:
        with pytest.raises(ValueError, match="secret"), span("one"):
            note({"mipos.events": 3})
            message = "a secret"
            raise ValueError(message)
        with pytest.raises(Refusal), span("two"):
            raise Refusal
        one, two = exporter.get_finished_spans()
        assert dict(one.attributes) == {"mipos.events": 3, "error.type": "ValueError"}
        assert (one.status.is_ok, one.status.description, list(one.events)) == (False, None, [])
        assert dict(two.attributes) == {"error.type": "Refusal"}
        assert two.status.is_ok
