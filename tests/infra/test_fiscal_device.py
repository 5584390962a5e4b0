"""A signing service by itself: what rests, what is tried again, and what is told of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from domain.fiscal.signatures import ReceiptToSign
from infra.fiscal.device import HttpFiscalDevice
from infra.fiscal.http import Service
from infra.runtime.settings import SettingsError, load_settings
from tests.signing import Signer, signer

COMPANY = uuid4()
TOKEN = "a-token-that-no-log-may-tell"


class Clock:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def service() -> Iterator[Signer]:
    with signer() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def device(service: Signer, clock: Clock) -> HttpFiscalDevice:
    return HttpFiscalDevice(Service(service.url, TOKEN, 5), pause=30, clock=clock)


def receipt() -> ReceiptToSign:
    return ReceiptToSign(
        kind="sale",
        transaction_id=uuid4(),
        number="1-000001",
        store_id=uuid4(),
        register_id=None,
        currency="EUR",
        total=119,
        taxes=(),
        payments=(),
        occurred_at=datetime(2026, 3, 14, tzinfo=UTC),
    )


def test_one_receipt_tries_a_device_that_rested(
    device: HttpFiscalDevice, service: Signer, clock: Clock
) -> None:
    service.trouble = "an error"
    outage = device.ask(COMPANY, receipt())
    clock.now = 29
    assert device.rest() == outage
    clock.now = 31
    # The first one tries it, the others do not wait for that.
    assert device.rest() is None
    assert device.rest() == outage
    service.trouble = None
    assert device.ask(COMPANY, receipt()).counter == 1
    assert device.rest() is None


def test_an_outage_lasts_until_the_device_answers(
    device: HttpFiscalDevice, service: Signer, clock: Clock
) -> None:
    service.trouble = "no JSON"
    first = device.ask(COMPANY, receipt())
    clock.now = 31
    assert device.ask(COMPANY, receipt()) == first


def test_an_outage_is_logged_once_and_tells_no_secret(device: HttpFiscalDevice, service: Signer) -> None:
    with capture_logs() as logs:
        for trouble in ("an error", "no JSON", None):
            service.trouble = trouble
            device.ask(COMPANY, receipt())
    assert [line["event"] for line in logs] == [
        "the signing device does not answer; receipts say so",
        "the signing device answers again",
    ]
    assert logs[0]["reason"] == "status 500"
    assert TOKEN not in str(logs)
    assert TOKEN not in repr(Service(service.url, TOKEN, 1))


def test_the_same_receipt_has_one_signature(device: HttpFiscalDevice) -> None:
    one = receipt()
    assert device.ask(COMPANY, one) == device.ask(COMPANY, one)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("MIPOS_FISCAL_DEVICE_URL", "ftp://127.0.0.1/"),
        ("MIPOS_FISCAL_DEVICE_URL", "http://user:secret@127.0.0.1/"),
        ("MIPOS_FISCAL_DEVICE_URL", "http://127.0.0.1:99999/"),
        ("MIPOS_FISCAL_DEVICE_TOKEN", "two words"),
        ("MIPOS_FISCAL_DEVICE_SECONDS", "0"),
        ("MIPOS_FISCAL_PLACES", "the shop at the corner"),
    ],
)
def test_settings_that_cannot_be_used_are_named_without_what_they_say(name: str, wrong: str) -> None:
    with pytest.raises(SettingsError, match=name) as refused:
        load_settings({name: wrong})
    assert "secret" not in str(refused.value)
