"""Traces to a collector of OpenTelemetry, by OTLP over HTTP; imported only where one is named.

What else there is to set (`OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS` …) the
library reads from the environment itself.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, format_trace_id, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from domain.errors import Refusal
from infra.process.kind import Process
from infra.process.tracing import Attributes, Tracing

Environment = dict[str, Any]
Application = Callable[[Environment, Any], Iterable[bytes]]

_SERVER_ERROR = 500


class OpenTelemetry:
    """Takes spans, and has them sent in the background; what the collector does not take is lost."""

    def __init__(self, provider: Any) -> None:
        self._tracer = provider.get_tracer("mipos", version("mipos"))
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, attributes: Attributes) -> Iterator[None]:
        """A span within the current one. Of an error its type is told, and that it is none if it refuses."""
        with self._begin(name, attributes) as begun:
            try:
                yield
            except Exception as error:
                begun.set_attribute("error.type", type(error).__name__)
                if not isinstance(error, Refusal):
                    begun.set_status(Status(StatusCode.ERROR))
                raise

    def _begin(self, name: str, attributes: Attributes, **more: Any) -> Any:
        # NOTE: the library would tell what errors say, and the trace of calls.
        return self._tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False, **more
        )

    def note(self, attributes: Attributes) -> None:
        """Tell something of the current span."""
        get_current_span().set_attributes(attributes)

    def trace_id(self) -> str | None:
        """The current trace, in 32 hexadecimal digits; None outside of any."""
        context = get_current_span().get_span_context()
        return format_trace_id(context.trace_id) if context.is_valid else None

    def requests(self, application: Application) -> Application:
        """The application, of which each request is a span, within the one that the caller names (W3C)."""

        def answer(environment: Environment, start_response: Any) -> Iterable[bytes]:
            parent = self._propagator.extract(_carried(environment))
            with self._begin("request", {}, kind=SpanKind.SERVER, context=parent) as begun:

                def start(status: str, headers: Any, *rest: Any) -> Any:
                    _tell(begun, environment.get("mipos.counted"), int(status[:3]))
                    return start_response(status, headers, *rest)

                try:
                    return application(environment, start)
                except Exception:
                    begun.set_status(Status(StatusCode.ERROR))
                    raise
                except BaseException:
                    # It will run again, as a span of its own.
                    begun.set_attribute("mipos.put_off", value=True)
                    raise

        return answer


def _carried(environment: Environment) -> Mapping[str, str]:
    names = {"traceparent": "HTTP_TRACEPARENT", "tracestate": "HTTP_TRACESTATE"}
    return {name: environment[key] for name, key in names.items() if key in environment}


def _tell(span: Any, counted: tuple[str, str] | None, status: int) -> None:
    """Tell of an answer what is counted of it: method, template of the route, status; never the path."""
    if counted is not None:
        method, route = counted
        span.update_name(f"{method} {route}")
        span.set_attributes({"http.request.method": method, "http.route": route})
    span.set_attribute("http.response.status_code", status)
    if status >= _SERVER_ERROR:
        span.set_status(Status(StatusCode.ERROR))


def trace() -> OpenTelemetry:
    """Begin to trace in this process; the environment says where to. What is left is sent as it ends."""
    own = {"service.version": version("mipos"), "mipos.process": Process.kind}
    if not os.environ.get("OTEL_SERVICE_NAME"):
        own["service.name"] = "mipos"
    provider = TracerProvider(resource=Resource.create(own))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    Tracing.tracer = tracer = OpenTelemetry(provider)
    return tracer
