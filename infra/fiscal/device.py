"""A signing service as the device of tills: what it is asked, what it answers, and its outages."""

import time
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import UTC, datetime
from threading import Lock
from typing import Annotated
from uuid import UUID

import msgspec
import structlog
from msgspec import Meta

from domain.fiscal.signatures import ReceiptSignature, ReceiptToSign
from infra.fiscal.http import NoAnswer, Service

#: How long a device that did not answer is left alone, in seconds. Then one receipt tries it.
PAUSE = 30.0

log = structlog.get_logger("fiscal")

_Word = Annotated[str, Meta(min_length=1, max_length=200)]
_Moment = Annotated[datetime, Meta(tz=True)]


class Answer(msgspec.Struct, frozen=True):
    """What the service answers. What is printed as a code must fit into one."""

    serial: _Word
    counter: Annotated[int, Meta(ge=0, le=2**53)]
    start: _Moment
    end: _Moment
    signature: Annotated[str, Meta(min_length=1, max_length=2000)]
    qr: Annotated[str, Meta(min_length=1, max_length=1500)]


#: No clock of a device says what lies before or after; what lies at the ends of time is in no zone but its
#: own.
_FIRST_YEAR, _LAST_YEAR = 1970, 9998

_decode = msgspec.json.Decoder(Answer).decode


class HttpFiscalDevice:
    """Signs by a service over HTTP, from any number of threads of a process.

    `places` are ids of companies, stores or registers; without any it signs for all.
    """

    def __init__(
        self,
        service: Service,
        places: Collection[UUID] = (),
        *,
        pause: float = PAUSE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._places = frozenset(places)
        self._pause = pause
        self._clock = clock
        self._lock = Lock()
        #: Since when it does not answer, and when it is tried again.
        self._since: datetime | None = None
        self._again = 0.0

    def signs_for(self, company_id: UUID, receipt: ReceiptToSign) -> bool:
        """Whether it signs receipts of this place."""
        own = {company_id, receipt.store_id, receipt.register_id}
        return not self._places or not own.isdisjoint(self._places)

    def rest(self) -> ReceiptSignature | None:
        """What to record instead of asking it, so that a dead device makes no further sale slower."""
        with self._lock:
            if self._since is None:
                return None
            if self._clock() < self._again:
                return ReceiptSignature(outage_since=self._since)
            # Whoever comes now tries it; the others need not wait for that.
            self._again = self._clock() + self._pause
            return None

    def ask(self, company_id: UUID, receipt: ReceiptToSign) -> ReceiptSignature:
        """What it says of a receipt, or since when it says nothing."""
        try:
            answer = self._answer(company_id, receipt)
        except NoAnswer as trouble:
            return self._failed(str(trouble))
        self._answered()
        return ReceiptSignature(
            serial=answer.serial,
            counter=answer.counter,
            started_at=answer.start.astimezone(UTC),
            ended_at=answer.end.astimezone(UTC),
            signature=answer.signature,
            qr=answer.qr,
        )

    def busy(self) -> ReceiptSignature:
        """It answers, but never about the receipt that is recorded then."""
        return ReceiptSignature(outage_since=datetime.now(UTC))

    def _answer(self, company_id: UUID, receipt: ReceiptToSign) -> Answer:
        body = msgspec.json.encode({"company_id": company_id, **asdict(receipt)})
        try:
            answer = _decode(self._service.post(body))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NoAnswer("an answer that is none") from error
        if not all(text.isprintable() for text in (answer.serial, answer.signature, answer.qr)):
            raise NoAnswer("an answer that cannot be printed")
        if not all(_FIRST_YEAR <= moment.year <= _LAST_YEAR for moment in (answer.start, answer.end)):
            raise NoAnswer("an answer at no time")
        return answer

    def _failed(self, reason: str) -> ReceiptSignature:
        with self._lock:
            is_new = self._since is None
            self._since = self._since or datetime.now(UTC)
            self._again = self._clock() + self._pause
            since = self._since
        if is_new:
            log.error("the signing device does not answer; receipts say so", reason=reason)
        return ReceiptSignature(outage_since=since)

    def _answered(self) -> None:
        with self._lock:
            since, self._since = self._since, None
        if since:
            log.info("the signing device answers again", outage_since=since.isoformat())
