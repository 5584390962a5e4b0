"""Messages to people: by mail if a mail server is named, else as files in a folder that an operator reads."""

import contextlib
import os
import smtplib
import ssl
import tempfile
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID

from domain.emails import is_address
from domain.names import one_line
from infra.process.ids import uuid7

#: Whom messages are from when nobody is named.
NOBODY = "mipos@localhost"
#: How long a mail server may take for each of its answers, in seconds.
PATIENCE = 10.0
_PORTS = {"smtp": 587, "smtps": 465}
#: From this code on a refusal of the mail server is for good.
_FOR_EVER = 500


class AddressRefused(OSError):
    """The mail server will never take anything for this address."""


class NotAnAddress(AddressRefused):
    """It is not exactly one address: a message would go elsewhere than it says."""


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """What comes with a message: a file, an identity by which a second copy is known, whom to answer.

    `customer_id` is the customer whom it is about, if any.
    """

    id: UUID
    name: str
    media_type: str
    content: bytes
    reply_to: str | None = None
    customer_id: UUID | None = None

    @property
    def file_name(self) -> str:
        """By what its message is called in a folder: its own id, and the customer's."""
        return ".".join(str(one) for one in (self.id, self.customer_id) if one)


class Messenger(Protocol):
    """Brings a message to an address."""

    def send(self, address: str, subject: str, text: str, enclosure: Enclosure | None = None) -> None:
        """Send it, or raise OSError. One with the same enclosure again is known as the same message."""


class Outbox:
    """Writes each message as a file, which only its owner may read, into a folder."""

    def __init__(self, folder: Path, sender: str | None = None) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, address: str, subject: str, text: str, enclosure: Enclosure | None = None) -> None:
        """Write the whole file or nothing; the names of the files sort by time. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_message(self._sender, address, subject, text, enclosure).as_bytes())
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).rename(self._folder / f"{enclosure.file_name if enclosure else uuid7()}.eml")
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise


class MailServer:
    """Hands each message to a mail server: `smtps://` encrypted from the start, `smtp://` as soon as it can.

    A name and a password in the address are never sent unencrypted.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._url: SplitResult = urlsplit(url)
        self._sender = sender

    def send(self, address: str, subject: str, text: str, enclosure: Enclosure | None = None) -> None:
        """Hand it over. Raises OSError (smtplib's own errors are such), AddressRefused."""
        message = _message(self._sender, address, subject, text, enclosure)
        with self._connected() as server:
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as refusal:
                if all(code >= _FOR_EVER for code, _ in refusal.recipients.values()):
                    raise AddressRefused from refusal
                raise

    def _connected(self) -> smtplib.SMTP:
        host, port = self._url.hostname or "localhost", self._url.port or _PORTS[self._url.scheme]
        trust = ssl.create_default_context()
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=trust)
        else:
            server = smtplib.SMTP(host, port, timeout=PATIENCE)
        try:
            self._introduce(server, trust)
        except BaseException:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP, trust: ssl.SSLContext) -> None:
        """Encrypt if that is not done yet, then sign in."""
        server.ehlo()
        encrypted = self._url.scheme == "smtps"
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=trust)
            server.ehlo()
            encrypted = True
        if self._url.username is None:
            return
        if not encrypted:
            message = "The mail server does not encrypt, so the password is kept from it."
            raise smtplib.SMTPException(message)
        server.login(unquote(self._url.username), unquote(self._url.password or ""))


def _message(
    sender: str | None, address: str, subject: str, text: str, enclosure: Enclosure | None = None
) -> EmailMessage:
    if not is_address(address):
        raise NotAnAddress
    message = EmailMessage()
    message["From"] = sender or NOBODY
    message["To"] = address
    # A name of before may have line breaks, which no header takes.
    message["Subject"] = one_line(subject)
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{enclosure.id if enclosure else uuid7()}@mipos>"
    # Says that no answer is wanted, so that a note of absence does not come back.
    message["Auto-Submitted"] = "auto-generated"
    # Plain where that is possible: long tokens and links must not be broken where a person copies them.
    message.set_content(text, cte="7bit" if text.isascii() else None)
    if enclosure:
        if enclosure.reply_to and is_address(enclosure.reply_to):
            message["Reply-To"] = enclosure.reply_to
        kind, _, subtype = enclosure.media_type.partition("/")
        message.add_attachment(enclosure.content, maintype=kind, subtype=subtype, filename=enclosure.name)
    return message
