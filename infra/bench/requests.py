"""Requests that one client sends one after another, and how long their answers take."""

from collections.abc import Sequence
from urllib.parse import urlencode

from infra.bench.load import LEAST_SECONDS, Result, Task
from infra.bench.rounds import percentile
from infra.bench.site import HOST, MeasurementFailed, Site, task

WARM_UP_SECONDS = 0.5
_SHARES = (0.50, 0.95, 0.99)


def get(token: str, path: str, **query: str) -> bytes:
    """A whole HTTP request that reads."""
    parameters = {name: value for name, value in query.items() if value}
    target = f"{path}?{urlencode(parameters)}" if parameters else path
    return f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def times(site: Site, port: int, requests: Sequence[bytes]) -> dict[str, float]:
    """Percentiles in milliseconds of answers to one client that sends these one after another."""
    seconds = max(site.seconds / 10, LEAST_SECONDS)
    load = Task(HOST, port, [requests], seconds, warm_up=WARM_UP_SECONDS)
    with task("infra.bench.load", load) as result:
        answered: Result = result()
    if answered.failed or not answered.answered:
        refusal = answered.refusal.decode("utf-8", "replace")
        raise MeasurementFailed(f"{answered.failed} requests were refused: {refusal}")
    return {f"p{round(100 * share)}": 1000 * percentile(answered.latencies, share) for share in _SHARES}
