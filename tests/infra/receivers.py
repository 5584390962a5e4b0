"""A server that receives webhooks, with a certificate of its own making, and a company that sends them."""

import ipaddress
import json
import ssl
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg.rows import dict_row

from commands.ports import Caller
from commands.webhooks import RegisterWebhook, register_webhook
from commands.webhooks.registration import Outcome
from domain.aggregate import Aggregate
from domain.catalog.brands import Brand
from domain.permissions import permissions_of
from domain.webhooks.targets import Address, TargetRules, address_of, networks_of
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.request_transactions import RequestConnection, request_transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.work import RequestWork
from infra.webhooks.deliveries import Deliveries
from infra.webhooks.wire import Wire

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
#: What servers of the tests are called, beside `localhost`.
NAME = "hooks.shop.example"


@dataclass(frozen=True)
class Received:
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """What is answered: a status with headers and a body, after `wait` was set, if that is given."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    wait: Event | None = None


@dataclass
class Receiver:
    """A server over TLS. It answers what `replies` say, one after another, then 204."""

    port: int
    trust: ssl.SSLContext
    certificate: Path
    received: list[Received] = field(default_factory=list)
    replies: deque[Reply] = field(default_factory=deque)

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}/mipos?shop=1"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.received]

    def wire(
        self, *addresses: str, patience: float = 5.0, trust: ssl.SSLContext | None = None, allow: bool = True
    ) -> Wire:
        """What sends here; names lead to these addresses, to one after another at each look."""
        looks = deque(addresses or ["127.0.0.1"])

        def resolver(_name: str, _port: int) -> Sequence[Address]:
            return [address_of(looks.popleft() if len(looks) > 1 else looks[0])]

        rules = TargetRules(frozenset({self.port}), networks_of(["127.0.0.0/8"] if allow else []))
        return Wire(rules, resolver=resolver, trust=trust or self.trust, patience=patience)


@contextmanager
def receiver(*names: str) -> Iterator[Receiver]:
    """A server that is running, whose certificate is good for these names."""
    with tempfile.TemporaryDirectory(prefix="mipos-receiver-") as folder:
        chain = Path(folder) / "server.pem"
        certificate = make_certificate(chain, names or (NAME, "localhost"))
        trust = ssl.create_default_context(cafile=str(certificate))
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.daemon_threads = True
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(chain)
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        running = Receiver(server.server_port, trust, certificate)
        server.receiver = running  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.received.append(Received(self.command, self.path, headers, body))
        reply = receiver.replies.popleft() if receiver.replies else Reply()
        if reply.wait:
            reply.wait.wait(20)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def make_certificate(chain: Path, names: Sequence[str]) -> Path:
    """Make a key with a certificate that an authority of its own signed. Returns that authority's."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Authority of a test", authority_key, authority_key, "Authority of a test", None)
    certificate = _certificate(names[0], key, authority_key, "Authority of a test", names)
    chain.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    trusted = chain.with_name("authority.pem")
    trusted.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    return trusted


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    issuer: str,
    names: Sequence[str] | None,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if names is not None:
        known: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        known.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        builder = builder.add_extension(x509.SubjectAlternativeName(known), critical=False)
    return builder.sign(signer, hashes.SHA256())


@dataclass
class Sender:
    """A company with webhooks that no worker sends but those of the test, and the hands of its clock."""

    owner: str
    app: str
    worker: str
    receiver: Receiver
    company_id: UUID = field(default_factory=uuid4)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with (
            RequestConnection.connect(self.app, autocommit=True) as connection,
            request_transaction(connection, self.company_id) as db,
        ):
            yield db

    def record(self, *aggregates: Aggregate) -> None:
        """Let the company's log take what these recorded."""
        events = [event for aggregate in aggregates for event in aggregate.new_events()]
        with self.transaction() as db:
            WRITER.record(db, events, Metadata(at=self.now))

    def brand(self, name: str = "Acme") -> UUID:
        """Let something happen that is about nobody."""
        brand = Brand.begin(Brand.Registered, uuid4(), name=name)
        self.record(brand)
        return brand.id

    def decide(self, handler: Callable[[Any, Any], Any], command: Any, *, without: Sequence[str] = ()) -> Any:
        """Decide as an admin, who has all rights but these."""
        caller = Caller(
            company_id=self.company_id,
            user_id=uuid4(),
            role="Admin",
            permissions=permissions_of("Admin", (), without),
        )
        with self.transaction() as db:
            work = RequestWork(db, WRITER, caller, self.now, guesses={})
            outcome = handler(command, work)
            if work.has_events:
                work.record()
            return outcome

    def webhook(self, *, without: Sequence[str] = (), **more: Any) -> Outcome:
        """Set one up that is told of everything."""
        fields = {
            "url": self.receiver.url,
            "types": ("*",),
            "store_ids": (),
            "description": "",
            "ordered": False,
            "signature": "hmac",
            **more,
        }
        outcome: Outcome = self.decide(
            register_webhook, RegisterWebhook(id=uuid4(), **fields), without=without
        )
        return outcome

    def deliveries(self, wire: Wire | None = None) -> Deliveries:
        """A worker that is not running yet."""
        return Deliveries(self.worker, WRITER, wire or self.receiver.wire(), lambda: self.now)

    def send(self, wire: Wire | None = None, **later: float) -> int:
        """Let a worker send what is due, so much later. Returns how many attempts it took."""
        self.now += timedelta(**later)
        return self.deliveries(wire).step()

    def rows(self, webhook_id: UUID | None = None) -> list[dict[str, Any]]:
        """What the deliveries are, in their order."""
        return self.ask(
            "SELECT * FROM webhook_deliveries WHERE company_id = %s AND (%s::uuid IS NULL OR webhook_id = %s)"
            " ORDER BY webhook_id, number",
            self.company_id,
            webhook_id,
            webhook_id,
        )

    def statuses(self) -> list[str]:
        return [row["status"] for row in self.rows()]

    def ask(self, query: Any, *params: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.owner, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(query, params)
            return cursor.fetchall() if cursor.description else []
