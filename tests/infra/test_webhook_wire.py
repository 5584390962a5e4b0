"""What becomes of a request to a server that answers in its own way, or not at all."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Thread

import pytest

from domain.webhooks.attempts import Trial
from domain.webhooks.targets import TargetRules, address_of, networks_of
from infra.webhooks.wire import MOST_KEPT, Message, Wire
from tests.infra.receivers import NAME, make_certificate

#: How long an answer may take in these tests, in seconds.
PATIENCE = 0.6
Answering = Callable[[ssl.SSLSocket], None]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[[Answering], Trial]]:
    """Sends a request to a server that does this with the connection once it has the request."""
    trusted = make_certificate(tmp_path / "server.pem", [NAME])
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def send(answer: Answering) -> Trial:
        def serve() -> None:
            with suppress(OSError), tls.wrap_socket(listener.accept()[0], server_side=True) as connection:
                connection.recv(65536)
                answer(connection)

        Thread(target=serve, daemon=True).start()
        wire = Wire(
            TargetRules(frozenset({port}), networks_of(["127.0.0.0/8"])),
            resolver=lambda *_: [address_of("127.0.0.1")],
            trust=ssl.create_default_context(cafile=str(trusted)),
            patience=PATIENCE,
        )
        return wire.send(Message(url=f"https://{NAME}:{port}/", headers={}, body=b"{}"))

    yield send
    listener.close()


def saying(*parts: bytes, pause: float = 0.0) -> Answering:
    def answer(connection: ssl.SSLSocket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)

    return answer


def test_a_status_is_enough_for_success(ask: Callable[[Answering], Trial]) -> None:
    trial = ask(saying(b"HTTP/1.1 200 OK\r\n\r\n"))
    assert (trial.status, trial.verdict, trial.error) == (200, "delivered", None)


def test_nobody_waits_for_the_rest_of_a_body_that_is_not_read(ask: Callable[[Answering], Trial]) -> None:
    trial = ask(saying(b"HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n", pause=5))
    assert trial.verdict == "delivered"


def test_a_failure_says_how_the_answer_began_however_it_is_sent(ask: Callable[[Answering], Trial]) -> None:
    chunked = b"HTTP/1.1 500 Broken\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nno di\r\n2\r\nsk\r\n0\r\n\r\n"
    assert ask(saying(chunked)).error == "no disk"
    assert ask(saying(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n")).error == "Broken"


def test_a_failure_whose_words_do_not_come_is_one_all_the_same(ask: Callable[[Answering], Trial]) -> None:
    trial = ask(saying(b"HTTP/1.1 503 Later\r\nRetry-After: 7\r\nContent-Length: 9\r\n\r\n", pause=2))
    assert (trial.status, trial.error, trial.retry_after) == (503, "Later", timedelta(seconds=7))


def test_no_more_is_kept_than_was_agreed(ask: Callable[[Answering], Trial]) -> None:
    error = ask(saying(b"HTTP/1.1 500 Broken\r\n\r\n" + b"x" * 100_000)).error
    assert error == "x" * MOST_KEPT


def test_what_drips_ends_with_the_time(ask: Callable[[Answering], Trial]) -> None:
    trial = ask(saying(*(bytes([byte]) for byte in b"HTTP/1.1 200 OK" + b" " * 99), pause=0.05))
    assert (trial.status, trial.error) == (None, "There was no answer in time.")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000,
        b"HTTP/1.1 200 " + b"x" * 70_000,
    ],
)
def test_what_is_no_answer_is_a_failure(ask: Callable[[Answering], Trial], answer: bytes) -> None:
    trial = ask(saying(answer))
    assert (trial.status, trial.verdict) == (None, "failed")
    assert trial.error


@pytest.mark.parametrize(
    ("header", "seconds"), [("120", 120), ("0", 0), ("soon", None), ("-5", None), ("٣", None), ("", None)]
)
def test_a_pause_is_asked_for_in_seconds(
    ask: Callable[[Answering], Trial], header: str, seconds: int | None
) -> None:
    trial = ask(saying(f"HTTP/1.1 503 Later\r\nRetry-After: {header}\r\n\r\n".encode()))
    assert trial.retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_a_pause_may_be_asked_for_up_to_a_date(ask: Callable[[Answering], Trial]) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    pause = ask(saying(f"HTTP/1.1 429 Later\r\nRetry-After: {moment}\r\n\r\n".encode())).retry_after
    assert pause is not None
    assert timedelta(minutes=59) < pause <= timedelta(hours=1)


def test_a_name_that_nobody_answers_for_ends_with_the_time() -> None:
    def resolver(*_: object) -> list[object]:
        time.sleep(5)
        return []

    wire = Wire(TargetRules(), resolver=resolver, patience=PATIENCE)  # type: ignore[arg-type]
    trial = wire.send(Message(url=f"https://{NAME}/", headers={}, body=b"{}"))
    assert (trial.status, trial.error) == (None, "There was no answer in time.")
