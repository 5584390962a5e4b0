"""Traces: what a request, a command, a transaction or a batch took, where somebody collects them.

Without a collector nothing is imported and nothing is noted: a span is then one look at a variable. Spans
tell names, numbers and outcomes, never what a request, a statement or an error says.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import Any, ClassVar, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
#: What is told: names that we chose, and numbers.
Attributes = Mapping[str, str | int | float | bool]


class Tracer(Protocol):
    """What takes spans."""

    def span(self, name: str, attributes: Attributes) -> AbstractContextManager[None]:
        """A span within the current one, for as long as the context lasts."""

    def note(self, attributes: Attributes) -> None:
        """Tell something of the current span."""

    def trace_id(self) -> str | None:
        """The current trace, in 32 hexadecimal digits."""


class Tracing:
    """Whether this process traces, and with what."""

    #: Set once, as it starts.
    tracer: ClassVar[Tracer | None] = None


_NOTHING: Attributes = {}
_NO_SPAN = nullcontext()


def span(name: str, attributes: Attributes = _NOTHING) -> AbstractContextManager[None]:
    """A span, if this process traces."""
    tracer = Tracing.tracer
    return _NO_SPAN if tracer is None else tracer.span(name, attributes)


def note(attributes: Attributes) -> None:
    """Tell something of the current span, if this process traces."""
    if Tracing.tracer is not None:
        Tracing.tracer.note(attributes)


def in_span(
    name: str, attributes: Attributes = _NOTHING
) -> Callable[[Callable[P, AbstractContextManager[R]]], Callable[P, AbstractContextManager[R]]]:
    """Have each of these contexts be a span, if this process traces."""

    def decorate(open_: Callable[P, AbstractContextManager[R]]) -> Callable[P, AbstractContextManager[R]]:
        @wraps(open_)
        def opened(*args: P.args, **kwargs: P.kwargs) -> AbstractContextManager[R]:
            context = open_(*args, **kwargs)
            tracer = Tracing.tracer
            return context if tracer is None else _within(tracer.span(name, attributes), context)

        return opened

    return decorate


@contextmanager
def _within(outer: AbstractContextManager[None], inner: AbstractContextManager[R]) -> Iterator[R]:
    with outer, inner as one:
        yield one


def add_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Name the trace in a line of the log, so that one is found by the other."""
    if Tracing.tracer is not None and (trace_id := Tracing.tracer.trace_id()):
        event["trace_id"] = trace_id
    return event
