"""What tests share: one real server for the whole run, one migrated database, and a company for each test."""

import gc
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zlib import crc32

import psycopg
import pytest
from PIL import Image
from psycopg import sql
from psycopg.rows import dict_row

from api.app import create_app
from api.errors import unread
from api.services import Services
from commands.ports import Caller
from domain.aggregate import Aggregate
from domain.companies import PLATFORM_ID, Company
from domain.users import User
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.identity import hashes
from infra.identity.tokens import Tokens
from infra.postgres.addresses import in_schema, role_name
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.installation import Installation
from infra.postgres.pool import RequestPool
from infra.postgres.transactions import transaction
from infra.runtime.directory_key import derive_directory_key
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.services import build_services, open_pool
from infra.runtime.settings import Settings, load_settings
from infra.upgrades.migrations import migrate
from infra.web.bounds import Bounds
from infra.web.hooks import Hooks
from infra.web.lanes import PROBES
from infra.web.loop import Loop
from tests import forks
from tests.mipos import cheap_hasher
from tests.places import PROCESSES, lay_in_memory
from tests.waiting import PATIENCE, eventually

if sys.dont_write_bytecode:
    # Or this process, and each `mipos` that tests start, compiles all modules anew, which takes half a minute
    # and a third of each start. The tree stays clean.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(Path(sys.prefix) / "bytecode")
    sys.dont_write_bytecode = False
lay_in_memory()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to write golden files that are missing, and to try faults many times over."""
    parser.addoption("--write-golden", action="store_true", help="write golden files that are missing")
    parser.addoption("--large", action="store_true", help="run the large form of tests")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many processes run the suite: one more than cores, as tests wait for servers, timers and disks."""
    return PROCESSES


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no core waits for it in the end.

    The whole suite leaves out what is marked as large, and tries each fifth decision once more over
    PostgreSQL; whoever names files, or asks for `--large`, gets all of it.
    """
    if not config.getoption("--large") and not config.option.file_or_dir:
        items[:] = [item for item in items if _is_in_small_form(item)]
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Let no search for cycles look through ten thousand tests again and again: a tenth of what they take."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _is_in_small_form(item: pytest.Item) -> bool:
    if item.get_closest_marker("large"):
        return False
    return not item.nodeid.startswith("tests/infra/decisions/") or crc32(item.nodeid.encode()) % 5 == 0


@dataclass(frozen=True)
class Database:
    """How to connect to the test database: as its owner, as the application, as a background worker."""

    owner: str
    app: str
    worker: str
    installation: Installation


def installed_in(server: EmbeddedServer, name: str, schema: str = "mipos") -> Database:
    """How to connect to an installation in a database of this name."""
    owner = server.conninfo("postgres", name)
    app, worker = (role_name(owner, schema, part) for part in ("app", "worker"))
    addresses = [in_schema(server.conninfo(user, name), schema) for user in ("postgres", app, worker)]
    return Database(addresses[0], addresses[1], addresses[2], Installation(schema, app, worker))


@pytest.fixture(autouse=True)
def data_key() -> None:
    """Seal under the key of tests, whatever a command took for its own before."""
    EVENT_TYPES.data_keys.load(DATA_KEY)
    derive_directory_key(EVENT_TYPES.data_keys)


class HastyServer(EmbeddedServer):
    """The server that most tests share: it does not wait for the disk, or a write would take twice as long.

    No power fails while tests run, and what is written survives that a process is killed.
    """

    def _arguments(self) -> list[str]:
        return [*super()._arguments(), "-c", "fsync=off"]

    @cached_property
    def template(self) -> str:
        """The name of a database with every table, in which nobody has any rights."""
        name = "mipos_template"
        with connected_as_owner(self) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        made = installed_in(self, name)
        migrate(made.owner, PROJECTIONS, made.installation)
        with connected_as_owner(self, name) as connection:
            for role in made.installation.roles:
                for statement in ("DROP OWNED BY {}", "DROP ROLE {}"):
                    connection.execute(sql.SQL(statement).format(sql.Identifier(role)))
        return name


#: What whoever migrates on that server is told first.
NOT_ON_DISK = "The database server runs with fsync off: a crash may lose sales it confirmed."


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """The database server that MIPOS brings along, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="mipos-tests-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        chosen = os.environ.get("MIPOS_TEST_POSTGRES_BIN")
        with HastyServer(Path(folder) / "data", Path(chosen) if chosen else None) as running:
            yield running


def fresh_database(server: EmbeddedServer, name: str) -> Database:
    """A database with every table, as `mipos migrate` makes it; one of that name from before is gone.

    Tests run in any order over several processes, so a module's own database may be made more than once. On
    the server that most share it begins as a copy, and what is migrated is who may do what: roles are each
    database's own.
    """
    database = installed_in(server, name)
    with connected_as_owner(server) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if isinstance(server, HastyServer):
            statement += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(server.template))
        connection.execute(statement)
    migrate(database.owner, PROJECTIONS, database.installation)
    return database


def connected_as_owner(server: EmbeddedServer, name: str = "postgres") -> psycopg.Connection[Any]:
    """A connection to one of its databases as who may do anything there, each statement by itself."""
    return psycopg.connect(server.conninfo("postgres", name), autocommit=True)


@pytest.fixture(scope="session")
def database(server: EmbeddedServer) -> Database:
    """The database that most tests share."""
    return fresh_database(server, "mipos_test")


SECRET = "a secret that is only good for tests, and long enough"
#: Under which what is personal is sealed in tests.
DATA_KEY = "a data key that is only good for tests, and long enough"
SEAL_KEY = "a seal key of the tests, long enough"
KEYS = {"MIPOS_SECRET_KEY": SECRET, "MIPOS_DATA_KEY": DATA_KEY, "MIPOS_SEAL_KEY": SEAL_KEY}
EVENT_TYPES.data_keys.load(DATA_KEY)
derive_directory_key(EVENT_TYPES.data_keys)
PASSWORD = "correct horse battery staple"
CHEAP = cheap_hasher()
WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
#: When the companies of the tests were founded, so that what they sell may lie far back.
FOUNDED_AT = datetime(2015, 1, 1, tzinfo=UTC)
SUPER_ADMIN_NAME = "root@platform.test"
ROLES = ("Admin", "Manager", "Cashier", "Inventory Clerk")


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        """What a success carries."""
        assert self.status < 300, self.body
        return self.json["data"]

    @property
    def code(self) -> str:
        """The stable code of a failure."""
        return str(self.json["error"]["code"])

    @property
    def fields(self) -> set[str]:
        """The fields that a failure names."""
        return {detail["field"] for detail in self.json["error"]["details"]}

    @property
    def codes(self) -> set[str]:
        """The codes of the details of a failure."""
        return {detail["code"] for detail in self.json["error"]["details"]}


@dataclass(frozen=True)
class Client:
    """Somebody who calls the API over HTTP, signed in or not."""

    address: tuple[str, int]
    token: str | None = None

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request over a connection of its own."""
        sent = {"Content-Type": "application/json"} if body is not None or raw is not None else {}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        sent.update(headers or {})
        connection = HTTPConnection(*self.address, timeout=PATIENCE)
        try:
            payload = raw if raw is not None else json.dumps(body) if body is not None else None
            connection.request(method, path, payload, sent)
            answer = connection.getresponse()
            answered = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, answered, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """GET, with headers named as in Python."""
        return self.call("GET", path, headers=_header_names(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST a JSON body."""
        return self.call("POST", path, {} if body is None else body, headers=_header_names(headers))

    def upload(self, path: str, file: bytes, **headers: str) -> Answer:
        """POST a form with this file."""
        head = b'Content-Disposition: form-data; name="file"; filename="file"\r\n\r\n'
        sent = {"Content-Type": "multipart/form-data; boundary=-frontier-", **_header_names(headers)}
        form = b"---frontier-\r\n" + head + file + b"\r\n---frontier---\r\n"
        return self.call("POST", path, raw=form, headers=sent)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        """PATCH with a JSON body."""
        return self.call("PATCH", path, body, headers=_header_names(headers))

    def put(self, path: str, body: Any, **headers: str) -> Answer:
        """PUT a JSON body."""
        return self.call("PUT", path, body, headers=_header_names(headers))

    def delete(self, path: str, **headers: str) -> Answer:
        """DELETE."""
        return self.call("DELETE", path, headers=_header_names(headers))


def _header_names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True)
class Service:
    """The HTTP server and a worker, running as in production, over the test database."""

    host: str
    port: int
    database: Database
    outbox: Path

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.host}:{self.port}"

    @property
    def data_dir(self) -> Path:
        """Its data folder."""
        return self.outbox.parent / "data"

    def client(self, token: str | None = None) -> Client:
        """A client of it."""
        return Client((self.host, self.port), token)

    def is_ready(self) -> bool:
        """Whether it answers, and has its database."""
        try:
            return self.client().get("/ready").status == 200
        except OSError:
            return False

    def guest(self, company_id: UUID, role: str = "Admin") -> Client:
        """A client signed in as somebody of whom the company's log says nothing."""
        user_id = uuid4()
        with (
            psycopg.connect(self.database.app, autocommit=True) as connection,
            transaction(connection, company_id) as db,
        ):
            db.execute(
                "INSERT INTO users (company_id, id, username, username_key, username_words, email_key, role,"
                "                   store_ids, granted, denied, is_active, is_archived, rights_version,"
                "                   version, created_at, updated_at)"
                " VALUES (%(c)s, %(u)s, 'guest', 'guest', 'guest', '', %(role)s, '{}', '{}', '{}', true,"
                "         false, 1, 1, now(), now())",
                {"c": company_id, "u": user_id, "role": role},
            )
            open_session(db, user_id)
        caller = Caller(company_id=company_id, user_id=user_id, session_id=user_id, role=role)
        return self.client(Tokens(SECRET, 3600).issue(caller))


@pytest.fixture(scope="session")
def service(database: Database) -> Iterator[Service]:
    """gunicorn with two processes, and one projection worker, as `mipos up` starts them."""
    # All tests sign in from one address, wrongly more often than any shop does.
    more = {"MIPOS_SIGN_IN_FAILURES_PER_ADDRESS": "1000000"}
    with started_by(start_afresh, database, ("serve", "worker"), **more) as running:
        yield running


@pytest.fixture(scope="session")
def serve_here(
    database: Database, looped: Callable[..., AbstractContextManager[tuple[str, int]]]
) -> Callable[..., AbstractContextManager[Service]]:
    """Serves over the test database in the process of the tests, with settings of its own, at once."""

    @contextmanager
    def serve(**overrides: str) -> Iterator[Service]:
        own = {**KEYS, "MIPOS_APP_DATABASE_URL": database.app, "MIPOS_WORKERS": "1"}
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mipos-tests-")))
            outbox = folder / "outbox"
            outbox.mkdir()
            places = {"MIPOS_OUTBOX_DIR": str(outbox), "MIPOS_DATA_DIR": str(folder / "data")}
            settings = load_settings({**own, **places, **overrides})
            pool = stack.enter_context(open_pool(database.app, settings.threads))
            services = build_hasty_services(pool, settings)
            host, port = stack.enter_context(looped(create_app(services), settings.threads))
            yield Service(host, port, database, outbox)

    return serve


def build_hasty_services(pool: RequestPool, settings: Settings) -> Services:
    """Everything behind the API, with hashes of passwords that cost next to nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashes, "PasswordHasher", cheap_hasher)
        return build_services(pool, settings)


@pytest.fixture(scope="session")
def serve(database: Database) -> Callable[..., AbstractContextManager[Service]]:
    """Starts another web server over the test database, with settings of its own."""
    return lambda **settings: serving(database, ("serve",), **settings)


Part = forks.Process | subprocess.Popen[bytes]


def start_forked(command: str, env: Mapping[str, str]) -> Part:
    """Start a part of `mipos` without importing again what it imports."""
    return forks.start("tests.mipos", [command], env)


def start_afresh(command: str, env: Mapping[str, str]) -> Part:
    """Start a part of `mipos` as an operator does, in an interpreter of its own."""
    return subprocess.Popen([sys.executable, "-m", "tests.mipos", command], env=env)  # noqa: S603


def serving(database: Database, commands: Sequence[str], **settings: str) -> AbstractContextManager[Service]:
    """The parts of `mipos` that these commands start, with these settings, and with cheap hashes."""
    return started_by(start_forked, database, commands, **settings)


@contextmanager
def started_by(
    start: Callable[[str, Mapping[str, str]], Part],
    database: Database,
    commands: Sequence[str],
    **settings: str,
) -> Iterator[Service]:
    """Parts of `mipos`, started in this way."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("MIPOS_", "DATABASE_"))},
        "MIPOS_PORT": str(port),
        "MIPOS_WORKERS": "2",
        **KEYS,
        "MIPOS_APP_DATABASE_URL": database.app,
        "MIPOS_WORKER_DATABASE_URL": database.worker,
        "MIPOS_LOG_LEVEL": "error",
        **settings,
    }
    with tempfile.TemporaryDirectory(prefix="mipos-tests-") as folder:
        outbox = Path(folder) / "outbox"
        outbox.mkdir()
        env.setdefault("MIPOS_OUTBOX_DIR", str(outbox))
        # What is published of logs of tests must not be taken for what was published of one's own.
        env.setdefault("MIPOS_DATA_DIR", str(Path(folder) / "data"))
        parts = [start(command, env) for command in commands]
        try:
            running = Service("127.0.0.1", port, database, outbox)
            eventually(lambda: run_on(commands, parts) and running.is_ready())
            yield running
        finally:
            for part in parts:
                part.terminate()
            for part in parts:
                part.wait(timeout=PATIENCE)


def run_on(commands: Sequence[str], parts: Sequence[Part]) -> bool:
    """Whether all parts still run; their log is on the stderr that pytest shows beside a failure."""
    for command, part in zip(commands, parts, strict=True):
        assert part.poll() is None, f"`mipos {command}` ended with {part.returncode}; stderr says why"
    return True


def degradations(service: Service) -> set[str]:
    """The codes of what `/ready` says is not as it should be; each process looks once a second."""
    return {one["code"] for one in service.client().get("/ready").data["degraded"]}


@pytest.fixture(scope="session")
def looped() -> Callable[..., AbstractContextManager[tuple[str, int]]]:
    """Serves an application in a loop of its own, with bounds of its own, within the process of the tests."""

    @contextmanager
    def serve(application: Any, threads: int = 2, **more: Any) -> Iterator[tuple[str, int]]:
        names = {name: more.pop(name) for name in ("company_of", "sender_of") if name in more}
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        hooks = Hooks(refusal=partial(unread, None), **names)
        loop = Loop(application, [listener], threads, Bounds(**more), hooks)
        address: tuple[str, int] = listener.getsockname()
        for _ in range(threads + len(PROBES) + 1):
            threading.Thread(target=loop.work, name=f"loop-{uuid4()}", daemon=True).start()
        try:
            yield address
        finally:
            with suppress(OSError):
                loop.stop()

    return serve


@dataclass(frozen=True)
class Shop:
    """A company of a test's own, with a user in every role."""

    service: Service
    company_id: UUID
    users: Mapping[str, UUID]

    @property
    def url(self) -> str:
        """Where the API answers."""
        return self.service.url

    def username(self, role: str) -> str:
        """Under which name the user of a role signs in; the password is PASSWORD."""
        return f"{role.replace(' ', '-').lower()}@{self.company_id}"

    def token(self, role: str = "Admin", *, stores: Sequence[str] = ()) -> str:
        """An access token of the user in that role, bound to these stores."""
        caller = Caller(
            company_id=self.company_id,
            user_id=self.users[role],
            session_id=self.users[role],
            role=role,
            store_ids=tuple(UUID(store) for store in stores),
        )
        return Tokens(SECRET, 3600).issue(caller)

    def client(self, role: str = "Admin", *, stores: Sequence[str] = ()) -> Client:
        """A client signed in as the user in that role."""
        return self.service.client(self.token(role, stores=stores))

    def events(self) -> list[dict[str, Any]]:
        """The company's log: type and state of every event."""
        with psycopg.connect(self.service.database.owner, row_factory=dict_row) as connection:
            rows = connection.execute(
                "SELECT stream_id, type, state::json AS state, metadata::json AS metadata, position,"
                "       recorded_at FROM events WHERE company_id = %s ORDER BY position",
                [self.company_id],
            )
            return rows.fetchall()


@pytest.fixture(scope="session")
def bring_picture() -> Callable[[Client], tuple[str, str]]:
    """Brings in a picture on a product of its own; the ids of both, the picture's first."""
    file = BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")

    def bring(client: Client) -> tuple[str, str]:
        variant = {"sku": uuid4().hex, "price": 100}
        product = client.post("/api/admin/products", {"name": "Sign", "variants": [variant]}).data
        image = client.upload(f"/api/admin/products/{product['id']}/images", file.getvalue()).data
        return image["id"], product["id"]

    return bring


@pytest.fixture(scope="session")
def password_hash() -> str:
    """What is kept of PASSWORD."""
    return CHEAP.hash(PASSWORD)


@pytest.fixture
def make_shop(service: Service, password_hash: str) -> Callable[..., Shop]:
    """Makes companies, each with a user in every role; settings of the company may be given."""

    def make(**settings: Any) -> Shop:
        return found_shop(service, password_hash, settings)

    return make


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A company of the test's own: euros, Berlin, rounding half up on each line."""
    return make_shop()


def open_session(db: Any, user_id: UUID) -> None:
    """Let the user be signed in, in a session of the user's own id that nothing but access tokens can use."""
    db.execute(
        "INSERT INTO sessions (company_id, id, user_id, refresh_hash, created_at, expires_at)"
        " VALUES (%(company_id)s, %(user_id)s, %(user_id)s, 'none', now(), now() + interval '1 day')",
        {"company_id": db.company_id, "user_id": user_id},
    )


@pytest.fixture(scope="session")
def platform(service: Service, password_hash: str) -> Client:
    """A client signed in as a super admin, who looks after every company; the password is PASSWORD."""
    return appoint_super_admin(service, password_hash)


def appoint_super_admin(service: Service, password_hash: str) -> Client:
    """Record the platform's first user as `mipos super-admin` does, and sign in."""
    user_id = uuid4()
    root = User.begin(User.Registered, user_id, username=SUPER_ADMIN_NAME, role="Super Admin")
    with (
        psycopg.connect(service.database.app, autocommit=True) as connection,
        transaction(connection, PLATFORM_ID) as db,
    ):
        db.execute("SELECT found_company(%(company)s)", {"company": PLATFORM_ID})
        WRITER.record(db, root.new_events(), Metadata(at=datetime.now(UTC)))
        db.execute(
            "INSERT INTO credentials (company_id, id, password_hash) VALUES (%(c)s, %(u)s, %(h)s)",
            {"c": PLATFORM_ID, "u": user_id, "h": password_hash},
        )
        open_session(db, user_id)
    caller = Caller(company_id=PLATFORM_ID, user_id=user_id, session_id=user_id, role="Super Admin")
    return service.client(Tokens(SECRET, 7200).issue(caller))


_kept_connections: dict[str, psycopg.Connection[Any]] = {}


def kept_connection(address: str) -> psycopg.Connection[Any]:
    """A connection for all companies that are founded there: a new one costs more than a company does."""
    connection = _kept_connections.get(address)
    if connection is None or not is_alive(connection):
        connection = _kept_connections[address] = psycopg.connect(address, autocommit=True)
    return connection


def is_alive(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server still answers there; tests end servers and connections."""
    with suppress(psycopg.OperationalError):
        return bool(connection.execute("SELECT true").fetchone())
    return False


def found_shop(service: Service, password_hash: str, settings: Mapping[str, Any]) -> Shop:
    """Record a new company and its users as `mipos` itself does."""
    company_id = uuid4()
    shop = Shop(service, company_id, {role: uuid4() for role in ROLES})
    fields = {"name": f"Shop {company_id}", "currency": "EUR", "timezone": "Europe/Berlin", **settings}
    aggregates: list[Aggregate] = [Company.begin(Company.Registered, company_id, **fields)]
    aggregates += [
        User.begin(User.Registered, user_id, username=shop.username(role), role=role)
        for role, user_id in shop.users.items()
    ]
    events = [event for aggregate in aggregates for event in aggregate.new_events()]
    with transaction(kept_connection(service.database.app), company_id) as db:
        db.execute("SELECT found_company(%(company)s)", {"company": company_id})
        WRITER.record(db, events, Metadata(at=FOUNDED_AT))
        for user_id in shop.users.values():
            db.execute(
                "INSERT INTO credentials (company_id, id, password_hash) VALUES (%(c)s, %(u)s, %(h)s)",
                {"c": company_id, "u": user_id, "h": password_hash},
            )
            open_session(db, user_id)
    return shop
