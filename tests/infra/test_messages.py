"""Messages: as files, and through a mail server that is really spoken to."""

import email
import smtplib
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from infra.identity.recovery import address_of
from infra.outbox.messages import Enclosure, MailServer, NotAnAddress, Outbox


def read(data: bytes) -> Any:
    return email.message_from_bytes(data, policy=policy.default)


class TestTheOutbox:
    def test_holds_each_message_as_a_file_for_its_owner(self, tmp_path: Path) -> None:
        folder = tmp_path / "made" / "when needed"
        Outbox(folder).send("anna@shop.example", "Grüße", "Zeile eins\nZeile zwei\n")
        (file,) = folder.iterdir()
        assert (file.suffix, file.stat().st_mode & 0o777) == (".eml", 0o600)
        assert folder.stat().st_mode & 0o777 == 0o700
        message = read(file.read_bytes())
        assert (message["From"], message["To"]) == ("mipos@localhost", "anna@shop.example")
        assert message["Subject"] == "Grüße"
        assert message.get_content() == "Zeile eins\nZeile zwei\n"

    def test_sorts_by_time(self, tmp_path: Path) -> None:
        outbox = Outbox(tmp_path, "MIPOS <shop@mail.example>")
        for number in range(5):
            outbox.send("anna@shop.example", str(number), "")
        messages = [read(file.read_bytes()) for file in sorted(tmp_path.iterdir())]
        assert sorted(message["Subject"] for message in messages) == list("01234")
        assert {message["From"] for message in messages} == {"MIPOS <shop@mail.example>"}

    def test_breaks_no_long_line(self, tmp_path: Path) -> None:
        token = "x" * 86
        Outbox(tmp_path).send("anna@shop.example", "Hello", f"https://shop.example/?token={token}\n")
        (file,) = tmp_path.iterdir()
        assert f"https://shop.example/?token={token}" in file.read_text().splitlines()

    def test_writes_to_exactly_one_address_and_names_one_to_answer(self, tmp_path: Path) -> None:
        outbox = Outbox(tmp_path)
        for wrong in ("a,b@x.example", "Foo<a@b.example>", "a:b@x.example"):
            with pytest.raises(NotAnAddress):
                outbox.send(wrong, "Hello", "")
        assert not list(tmp_path.iterdir())
        for reply_to, answered in (("a@x.example", "a@x.example"), ("a,b@x.example", None)):
            enclosure = Enclosure(
                id=uuid4(), name="a.pdf", media_type="application/pdf", content=b"", reply_to=reply_to
            )
            outbox.send("anna@shop.example", "Hello", "", enclosure)
            assert read((tmp_path / f"{enclosure.id}.eml").read_bytes())["Reply-To"] == answered

    def test_has_its_subject_on_one_line(self, tmp_path: Path) -> None:
        Outbox(tmp_path).send("anna@shop.example", "Sales\r\nBcc: x@y.example\x85of\u2028May", "")
        (file,) = tmp_path.iterdir()
        message = read(file.read_bytes())
        assert (message["Subject"], message["Bcc"]) == ("Sales Bcc: x@y.example of May", None)

    def test_leaves_nothing_behind_when_it_fails(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=r"newline|linefeed"):
            Outbox(tmp_path, "two\nlines").send("anna@shop.example", "Hello", "")
        assert list(tmp_path.iterdir()) == []


class Post(socketserver.StreamRequestHandler):
    """As much of a mail server as takes one message: it greets, listens, and keeps what it was told."""

    extensions: tuple[str, ...] = ()
    heard: list[str]

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            text = line.decode().rstrip("\r\n")
            self.heard.append(text)
            word = text[:4].upper()
            if word == "EHLO":
                lines = ["here", *self.extensions]
                reply = [f"250{' ' if one is lines[-1] else '-'}{one}" for one in lines]
                self.wfile.write("\r\n".join([*reply, ""]).encode())
            elif word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                while (line := self.rfile.readline()) != b".\r\n":
                    self.heard.append(line.decode().rstrip("\r\n"))
                self.wfile.write(b"250 taken\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n")


@contextmanager
def post_office(*extensions: str) -> Iterator[tuple[int, list[str]]]:
    """A mail server on a free port, and what it hears."""
    heard: list[str] = []
    handler = type("Handler", (Post,), {"extensions": extensions, "heard": heard})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], heard
        server.shutdown()


class TestTheMailServer:
    def test_takes_the_message(self) -> None:
        with post_office() as (port, heard):
            MailServer(f"smtp://127.0.0.1:{port}", "shop@mail.example").send(
                "anna@shop.example", "Hello", "Text\n"
            )
        transcript = "\n".join(heard)
        assert "mail from:<shop@mail.example>" in transcript.lower()
        assert "rcpt to:<anna@shop.example>" in transcript.lower()
        assert "Subject: Hello" in transcript
        assert "Text" in heard

    def test_that_does_not_encrypt_gets_no_password(self) -> None:
        with post_office("AUTH PLAIN LOGIN") as (port, heard):
            server = MailServer(f"smtp://me:secret%20word@127.0.0.1:{port}", "shop@mail.example")
            with pytest.raises(smtplib.SMTPException):
                server.send("anna@shop.example", "Hello", "Text")
        assert not any("AUTH" in line for line in heard)

    def test_that_is_not_there_is_an_error(self) -> None:
        with post_office() as (port, _):
            gone = port
        with pytest.raises(ConnectionRefusedError):
            MailServer(f"smtps://127.0.0.1:{gone}", "shop@mail.example").send("a@b.example", "Hello", "Text")


class TestAddresses:
    @pytest.mark.parametrize(
        ("mail", "username", "address"),
        [
            ("anna@mail.example", "anna", "anna@mail.example"),
            ("anna@mail.example", "anna@shop.example", "anna@mail.example"),
            (None, "anna@shop.example", "anna@shop.example"),
            ("", "anna@localhost", "anna@localhost"),
            (None, "anna", None),
            ("no address", "anna", None),
            (None, "anna@shop.example, other@evil.example", None),
            (None, "anna@shop.example\nBcc: other@evil.example", None),
            (None, "anna@shop.example\n", None),
            (None, '"anna" <anna@shop.example>', None),
            (None, "anna@", None),
            (None, "@shop.example", None),
        ],
    )
    def test_the_email_comes_first_and_the_user_name_if_it_is_an_address(
        self, mail: str | None, username: str, address: str | None
    ) -> None:
        assert address_of({"email": mail, "username": username}) == address
