"""The worker's part of webhooks: takes what happened from the logs, sends it, and notes what became of it."""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from threading import Event

import structlog

from domain.webhooks.attempts import Trial
from infra.decisions.unit_of_work import EventWriter
from infra.jobs.waiting_work import PAUSE, WaitingWork
from infra.postgres.definitions import is_own
from infra.postgres.request_transactions import RequestConnection
from infra.process.clock import WatchedClock
from infra.process.troubles import described
from infra.webhooks.background import in_background
from infra.webhooks.leases import Leased, lease_due
from infra.webhooks.outcomes import note_outcome
from infra.webhooks.queue import fill_queues
from infra.webhooks.troubles import each_by_itself
from infra.webhooks.wire import Wire

#: How long to wait for an answer before one looks for something else to do, in seconds.
GLANCE = 0.1
#: How many deliveries one worker sends at a time.
AT_ONCE = 16
#: How long what is under way may go on once the worker is told to stop, in seconds.
LAST_WAIT = 3.0

log = structlog.get_logger("webhooks")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Deliveries(WaitingWork):
    """Sends what webhooks are to be told. Any number of workers share the work.

    No transaction is open while one waits for a server: a delivery is leased, and noted when it was sent.
    What a worker that dies had under way is sent again, under the same id.
    """

    name = "webhooks"

    def __init__(
        self,
        conninfo: str,
        writer: EventWriter,
        wire: Wire,
        now: Callable[[], datetime] = _utc_now,
        clock: WatchedClock | None = None,
    ) -> None:
        super().__init__(conninfo)
        self._writer = writer
        self._wire = wire
        self._now = now
        self._clock = clock or WatchedClock()
        self._flying: dict[Future[Trial], Leased] = {}

    def _step(self, connection: RequestConnection, stop: Event) -> int:
        """Go on as long as anything is under way."""
        attempts, filled_at = 0, None
        while not stop.is_set() and self._may_work(connection):
            if filled_at is None or time.monotonic() - filled_at > PAUSE:
                filled_at, _ = time.monotonic(), fill_queues(connection, self._now())
            self._take_off(connection)
            if not self._flying:
                break
            attempts += self._land(connection, GLANCE)
        if stop.is_set():
            self._finish(connection)
        return attempts

    def _may_work(self, connection: RequestConnection) -> bool:
        """Whether the clock can be believed, and the database has the read models that are known here."""
        return self._clock.look() and is_own(connection, self._writer.models)

    def _take_off(self, connection: RequestConnection) -> None:
        """Begin to send what is due, as far as there are places."""
        free = AT_ONCE - len(self._flying)
        for leased in lease_due(connection, self._writer, self._now(), free) if free else ():
            self._flying[in_background(partial(self._send, leased), "webhook")] = leased

    def _send(self, leased: Leased) -> Trial:
        """What became of it, and how long that took."""
        if leased.message is None:
            return Trial(status=None, error=f"The event cannot be told: {leased.trouble}")
        began = time.monotonic()
        trial = self._wire.send(leased.message)
        return replace(trial, milliseconds=round((time.monotonic() - began) * 1000))

    def _land(self, connection: RequestConnection, patience: float) -> int:
        """Note what has been sent. Returns how many attempts that were."""
        done, _ = wait(self._flying, timeout=patience, return_when=FIRST_COMPLETED)
        for future in done:
            leased = self._flying[future]
            trial = self._result(future, leased)
            with each_by_itself(leased.company_id, leased.webhook_id):
                note_outcome(connection, self._writer, leased, trial, self._now())
            # Of what could not be noted the lease ends, and it is sent again.
            del self._flying[future]
        return len(done)

    def _result(self, future: Future[Trial], leased: Leased) -> Trial:
        try:
            return future.result()
        except Exception as error:  # noqa: BLE001 whatever is wrong with one, the others are sent
            names = {"company_id": str(leased.company_id), "delivery_id": str(leased.id)}
            log.warning("a webhook could not be sent", **names, error=described(error))
            return Trial(status=None, error="It could not be sent.")

    def _finish(self, connection: RequestConnection) -> None:
        """Wait a moment for what is under way, and note it; the rest is sent again by another worker."""
        until = time.monotonic() + LAST_WAIT
        while self._flying and (left := until - time.monotonic()) > 0:
            self._land(connection, left)
