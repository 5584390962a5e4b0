"""What an operator can set: environment variables, checked together at the start."""

import contextlib
import difflib
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from domain.seals.checkpoints import NotACheckpoint
from domain.seals.cosignatures import Witness
from domain.webhooks.targets import TargetRules
from infra.eventstore.tombstones import FILE_NAME as TOMBSTONES
from infra.postgres.addresses import as_role, role_name, role_password
from infra.postgres.connections import LENGTHY_SECONDS, SECONDS
from infra.seals.witnessing import Address

PROJECT_ROOT = Path(__file__).resolve().parents[2]
#: The data folder unless another one is named.
OWN_DATA_DIR = PROJECT_ROOT / ".data"
SECRET_KEY_LENGTH = 32
DEMO_PASSWORD_LENGTH = 8
TOKEN_LENGTH = 16
PORT = 5432
SCHEMA = "mipos"
#: Leaves room for `_next` behind it.
LONGEST_SCHEMA = 58
DATABASE_VARIABLES = ("DATABASE_URL", "MIPOS_APP_DATABASE_URL", "MIPOS_WORKER_DATABASE_URL")


class SettingsError(Exception):
    """The settings cannot be used; `problems` holds one sentence for each thing wrong."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Settings:
    """All settings of one process, checked. What is secret stays out of the representation."""

    host: str
    port: int
    data_dir: Path
    workers: int
    threads: int
    projection_workers: int
    demo: bool
    demo_password: str | None = field(repr=False)
    secret_key: str | None = field(repr=False)
    data_key: str | None = field(repr=False)
    seal_key: str | None = field(repr=False)
    log_origin: str
    witnesses: tuple[Address, ...]
    database_url: str | None = field(repr=False)
    app_database_url: str | None = field(repr=False)
    worker_database_url: str | None = field(repr=False)
    database_replica_url: str | None = field(repr=False)
    schema: str
    postgres_bin: Path | None
    log_level: str
    log_format: str | None
    log_days: int
    access_token_seconds: int
    refresh_token_seconds: int
    max_body_bytes: int
    head_seconds: int
    body_seconds: int
    max_connections: int
    cors_origins: tuple[str, ...]
    former_secret_keys: tuple[str, ...] = field(repr=False)
    former_data_keys: tuple[str, ...] = field(repr=False)
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    registration: bool
    requests_per_minute: int
    ready_max_lag_events: int
    ready_max_lag_seconds: int
    request_seconds: int
    lengthy_request_seconds: int
    sign_in_failures_per_account: int
    sign_in_failures_from_anywhere: int
    sign_in_failures_per_address: int
    metrics_token: str | None = field(repr=False)
    fiscal_device_url: str | None = field(repr=False)
    fiscal_device_token: str | None = field(repr=False)
    fiscal_device_seconds: int
    fiscal_places: tuple[UUID, ...]
    webhook_ports: tuple[int, ...]
    webhook_allow: tuple[IPv4Network | IPv6Network, ...]
    otel_exporter_otlp_endpoint: str | None = field(repr=False)
    smtp_url: str | None = field(repr=False)
    mail_from: str | None
    outbox_dir: Path | None
    public_url: str | None
    python: str | None

    @property
    def uses_embedded_server(self) -> bool:
        """True when no database is named, so that MIPOS runs its own."""
        return not (self.database_url or self.app_database_url or self.worker_database_url)

    @property
    def bind_address(self) -> str:
        """Host and port as addresses have them: what is IPv6 stands in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def webhook_targets(self) -> TargetRules:
        """Where webhooks may go."""
        return TargetRules(frozenset(self.webhook_ports), self.webhook_allow)

    @property
    def outbox(self) -> Path:
        """The folder of messages that no mail server takes."""
        return self.outbox_dir or self.data_dir / "outbox"

    @property
    def tombstones(self) -> Path:
        """The file that lists who was forgotten."""
        return self.data_dir / TOMBSTONES

    def signing_key(self) -> str:
        """Return the secret key; with the embedded server it is made once and kept in the data folder."""
        return self.secret_key or secret_file(self.data_dir, "secret_key", lambda: secrets.token_urlsafe(48))

    def sealing_key(self) -> str:
        """Return the data key; with the embedded server it is made once and kept in the data folder."""
        return self.data_key or secret_file(self.data_dir, "data_key", lambda: secrets.token_urlsafe(48))

    def log_key(self) -> str:
        """Return what logs are signed with; with the embedded server it is made once and kept as a file.

        Raises SettingsError where it has to be set and is not.
        """
        if self.seal_key is None and not self.uses_embedded_server:
            raise SettingsError(
                [f"MIPOS_SEAL_KEY (at least {SECRET_KEY_LENGTH} characters) is required with DATABASE_URL."]
            )
        return self.seal_key or secret_file(self.data_dir, "seal_key", lambda: secrets.token_urlsafe(48))


@dataclass(frozen=True)
class Setting:
    """One variable: its name, what holds without it, what it means, and how its text is read.

    `parse` answers the value, or raises ValueError with the end of a sentence that begins with the name.
    """

    name: str
    default: Any
    meaning: str
    parse: Callable[[str], Any]
    default_text: str = ""
    is_secret: bool = False

    @property
    def field(self) -> str:
        """The attribute of Settings that holds it."""
        return self.name.removeprefix("MIPOS_").lower()


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        raise ValueError(f"must be a whole number from {low} to {high}")

    return parse


def _yes_or_no(text: str) -> bool:
    if text.lower() in {"yes", "on", "true", "1"}:
        return True
    if text.lower() in {"no", "off", "false", "0"}:
        return False
    raise ValueError("must be yes or no")


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() in words:
            return text.lower()
        raise ValueError(f"must be one of {', '.join(words)}")

    return parse


def _at_least(length: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) >= length:
            return text
        raise ValueError(f"must have at least {length} characters")

    return parse


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _host(text: str) -> str:
    if any(character.isspace() or character in "/@" for character in text):
        raise ValueError("must be a host name or an address to listen on")
    return text


def _database_url(text: str) -> str:
    """Accept what libpq accepts as a URL. The text is never repeated: it may hold a password."""
    wrong = "must be an address such as postgresql://user:password@host:5432/database"
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError(wrong)
    try:
        parts = conninfo_to_dict(text)
    except ProgrammingError:
        raise ValueError(wrong) from None
    # libpq itself looks at the port only when it connects; several hosts have several, divided by commas.
    if not all(port.isdigit() for port in str(parts.get("port", PORT)).split(",")):
        raise ValueError(wrong)
    if not parts.get("dbname"):
        raise ValueError("must name a database, as in postgresql://user:password@host:5432/database")
    return text


def _schema(text: str) -> str:
    if re.fullmatch(r"[a-z][a-z0-9_]*", text) and len(text) <= LONGEST_SCHEMA:
        if text not in {"public", "information_schema"} and not text.startswith("pg_"):
            return text
        raise ValueError("must be a schema of its own")
    raise ValueError(
        f"must be a name of lower-case letters, digits and underscores, at most {LONGEST_SCHEMA} of them"
    )


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if origin != "*" and (
            parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}"
        ):
            raise ValueError("must list origins such as https://shop.example.com, divided by commas")
    return origins


def _log_origin(text: str) -> str:
    if re.fullmatch(r"[a-z0-9][a-z0-9./-]{0,99}", text) and not text.endswith("/"):
        return text
    raise ValueError("must be a name such as shop.example.com/log, in small letters, without spaces")


def _witnesses(text: str) -> tuple[Address, ...]:
    wrong = "must list pairs of an address and a verifier key, divided by commas: https://witness.example KEY"
    found = []
    for pair in filter(None, map(str.strip, text.split(","))):
        url, _, vkey = pair.partition(" ")
        parts = urlsplit(url)
        try:
            witness = Witness.read(vkey.strip())
        except NotACheckpoint:
            raise ValueError(wrong) from None
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
            raise ValueError(wrong)
        found.append(Address(url=url, witness=witness))
    return tuple(found)


def _secret_keys(text: str) -> tuple[str, ...]:
    keys = tuple(part.strip() for part in text.split(",") if part.strip())
    if all(len(key) >= SECRET_KEY_LENGTH for key in keys):
        return keys
    raise ValueError(f"must list keys of at least {SECRET_KEY_LENGTH} characters, divided by commas")


def _smtp_url(text: str) -> str:
    """Accept the address of a mail server. The text is never repeated: it may hold a password."""
    wrong = "must be an address such as smtp://user:password@mail.example.com:587 or smtps://mail.example.com"
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0
    except ValueError:
        raise ValueError(wrong) from None
    if not usable or parts.path.strip("/") or parts.query:
        raise ValueError(wrong)
    return text


def _mail_from(text: str) -> str:
    name, address = parseaddr(text)
    if "@" not in address or not text.isprintable():
        raise ValueError("must be an address such as MIPOS <mipos@example.com>")
    return formataddr((name, address))


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://shop.example.com")
    return text.rstrip("/")


def _device_url(text: str) -> str:
    """Accept the address of a signing service. The text is never repeated: it may hold a secret."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not text.isascii() or not text.isprintable() or " " in text or parts.username:
        raise ValueError("must be an address such as http://127.0.0.1:8090/sign")
    return text


def _token(text: str) -> str:
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    raise ValueError("must be one word of printable ASCII characters")


def _ids(text: str) -> tuple[UUID, ...]:
    try:
        return tuple(UUID(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("must list ids, divided by commas") from None


def _collector(text: str) -> str:
    """Accept the address of a collector. The text is never repeated: it may hold a password."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("must be an address such as http://collector:4318")
    try:
        find_spec("opentelemetry.exporter.otlp.proto.http")
    except ModuleNotFoundError:
        raise ValueError("needs what traces are sent with: .venv/bin/pip install -e '.[otel]'") from None
    return text


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("must list addresses or networks such as 10.0.0.0/8, divided by commas") from None


def _ports(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(re.fullmatch(r"[0-9]{1,5}", part) and 0 < int(part) < 2**16 for part in parts):
        raise ValueError("must list ports such as 8443, divided by commas")
    return tuple(int(part) for part in parts)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


SETTINGS: tuple[Setting, ...] = (
    Setting("MIPOS_HOST", "127.0.0.1", "Address the web server listens on.", _host),
    Setting("MIPOS_PORT", 3000, "Port the web server listens on.", _whole(1, 65535)),
    Setting(
        "MIPOS_DATA_DIR",
        OWN_DATA_DIR,
        "Folder of the embedded database and of generated secrets.",
        _path,
        default_text="`.data` in the project",
    ),
    Setting(
        "MIPOS_WORKERS",
        min(_cores(), 4),
        "Web server processes.",
        _whole(1, 256),
        default_text="one a core, at most 4",
    ),
    Setting(
        "MIPOS_THREADS",
        6,
        "Requests that each web server process runs at a time; of one company at most half as many.",
        _whole(1, 256),
    ),
    Setting("MIPOS_PROJECTION_WORKERS", 1, "Processes that keep the read models up to date.", _whole(1, 64)),
    Setting(
        "MIPOS_READY_MAX_LAG_EVENTS",
        10_000,
        "By how many events a read model may lag before `/ready` says `degraded`.",
        _whole(1, 10**12),
    ),
    Setting(
        "MIPOS_READY_MAX_LAG_SECONDS",
        60,
        "How old the oldest event that a read model has not taken in may be before `/ready` says `degraded`.",
        _whole(1, 10**9),
    ),
    Setting("MIPOS_DEMO", True, "Make a demo company on the first start: yes or no.", _yes_or_no, "yes"),
    Setting(
        "MIPOS_DEMO_PASSWORD",
        None,
        f"Password of the demo logins, at least {DEMO_PASSWORD_LENGTH} characters.",
        _at_least(DEMO_PASSWORD_LENGTH),
        default_text="generated, kept in the data folder",
        is_secret=True,
    ),
    Setting(
        "MIPOS_SECRET_KEY",
        None,
        f"Key that signs tokens, at least {SECRET_KEY_LENGTH} characters; required with `DATABASE_URL`.",
        _at_least(SECRET_KEY_LENGTH),
        default_text="generated, kept in the data folder",
        is_secret=True,
    ),
    Setting(
        "MIPOS_DATA_KEY",
        None,
        f"Key under which personal data is sealed, at least {SECRET_KEY_LENGTH} characters; required with "
        "`DATABASE_URL`. Without it, or a former one, nobody reads that data again.",
        _at_least(SECRET_KEY_LENGTH),
        default_text="generated, kept in the data folder",
        is_secret=True,
    ),
    Setting(
        "MIPOS_SEAL_KEY",
        None,
        f"Key that logs are signed with, at least {SECRET_KEY_LENGTH} characters; with `DATABASE_URL`, "
        "required by what signs. It is never in the database: who can write there must not be able to sign.",
        _at_least(SECRET_KEY_LENGTH),
        default_text="generated, kept in the data folder",
        is_secret=True,
    ),
    Setting(
        "MIPOS_LOG_ORIGIN",
        "mipos.local/log",
        "What logs are called where they are signed, before the company and the epoch: a name of yours.",
        _log_origin,
        "mipos.local/log",
    ),
    Setting(
        "MIPOS_WITNESSES",
        (),
        "Who cosigns seals: pairs of an address and the verifier key that `mipos audit witness` prints there,"
        " such as `https://witness.example KEY`, divided by commas.",
        _witnesses,
        "nobody",
    ),
    Setting(
        "DATABASE_URL",
        None,
        "PostgreSQL 15 or newer, as the owner of the installation, who migrates it.",
        _database_url,
        default_text="the embedded server",
        is_secret=True,
    ),
    Setting(
        "MIPOS_APP_DATABASE_URL",
        None,
        "The same database as the web server connects to it.",
        _database_url,
        default_text="`DATABASE_URL` as a role of the installation",
        is_secret=True,
    ),
    Setting(
        "MIPOS_WORKER_DATABASE_URL",
        None,
        "The same database as the projection workers connect to it.",
        _database_url,
        default_text="`DATABASE_URL` as a role of the installation",
        is_secret=True,
    ),
    Setting(
        "DATABASE_REPLICA_URL",
        None,
        "A copy of the database, by streaming replication, that answers questions while it has what the "
        "primary has. Its user and password are those of the web server, whatever the address names.",
        _database_url,
        default_text="none: the primary answers everything",
        is_secret=True,
    ),
    Setting(
        "MIPOS_SCHEMA",
        SCHEMA,
        "Schema of the database in which everything of this installation is; nothing outside it is touched.",
        _schema,
    ),
    Setting(
        "MIPOS_POSTGRES_BIN",
        None,
        "Folder with the `initdb` and `postgres` to run as the embedded server.",
        _path,
        default_text="the installed package, else the system's",
    ),
    Setting(
        "MIPOS_LOG_LEVEL",
        "info",
        "Least severe messages to log: debug, info, warning or error.",
        _one_of("debug", "info", "warning", "error"),
    ),
    Setting(
        "MIPOS_LOG_FORMAT",
        None,
        "How lines of the log are written: `text`, one short line a request for people, or `json`, all that "
        "is known for machines.",
        _one_of("text", "json"),
        default_text="`text` on a terminal, else `json`",
    ),
    Setting(
        "MIPOS_LOG_DAYS",
        14,
        "For how many whole days lines of the log are kept in the database, where `GET /api/dev/logs` finds "
        "them.",
        _whole(1, 3650),
    ),
    Setting("MIPOS_ACCESS_TOKEN_SECONDS", 900, "How long an access token is good.", _whole(10, 86_400)),
    Setting(
        "MIPOS_REFRESH_TOKEN_SECONDS", 1_209_600, "How long a refresh token is good.", _whole(60, 31_536_000)
    ),
    Setting("MIPOS_MAX_BODY_BYTES", 1_048_576, "Largest request body accepted.", _whole(1024, 1_073_741_824)),
    Setting(
        "MIPOS_HEAD_SECONDS",
        10,
        "How long the line and the headers of a request may take to arrive.",
        _whole(1, 3600),
    ),
    Setting(
        "MIPOS_BODY_SECONDS",
        10,
        "How long a request may be silent while its body arrives; after twice as long it must have brought "
        "1 KiB a second.",
        _whole(1, 3600),
    ),
    Setting(
        "MIPOS_MAX_CONNECTIONS",
        4096,
        "Connections of each web server process; for one more, the one that has been idle longest is closed.",
        _whole(16, 1_000_000),
    ),
    Setting(
        "MIPOS_CORS_ORIGINS",
        (),
        "Web origins whose pages may call the API, divided by commas.",
        _origins,
        default_text="none",
    ),
    Setting(
        "MIPOS_FORMER_SECRET_KEYS",
        (),
        "Earlier values of `MIPOS_SECRET_KEY` whose tokens are still good, divided by commas.",
        _secret_keys,
        default_text="none",
        is_secret=True,
    ),
    Setting(
        "MIPOS_FORMER_DATA_KEYS",
        (),
        "Earlier values of `MIPOS_DATA_KEY`, until `mipos keys rewrap` was run; divided by commas.",
        _secret_keys,
        default_text="none",
        is_secret=True,
    ),
    Setting(
        "MIPOS_TRUSTED_PROXIES",
        (),
        "Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, "
        "divided by commas.",
        _networks,
        default_text="none",
    ),
    Setting(
        "MIPOS_REGISTRATION", False, "Whether anyone may register a company: yes or no.", _yes_or_no, "no"
    ),
    Setting(
        "MIPOS_REQUESTS_PER_MINUTE",
        60_000,
        "Requests one user, or one address that is not signed in, may send in a minute. Each web process "
        "counts its share, so it is approximate.",
        _whole(1, 1_000_000_000),
    ),
    Setting(
        "MIPOS_REQUEST_SECONDS",
        SECONDS,
        "How long a request may take in the database before it is answered 503. A statement has half of it, "
        "waiting for what another request holds two fifths, and what a frozen process holds is free after "
        "three tenths.",
        _whole(2, 600),
    ),
    Setting(
        "MIPOS_LENGTHY_REQUEST_SECONDS",
        LENGTHY_SECONDS,
        "The same for imports, exports and reports.",
        _whole(2, 3600),
    ),
    Setting(
        "MIPOS_SIGN_IN_FAILURES_PER_ACCOUNT",
        10,
        "Failed sign-ins to one user name from one address within 15 minutes before more are refused.",
        _whole(1, 1_000_000),
    ),
    Setting(
        "MIPOS_SIGN_IN_FAILURES_FROM_ANYWHERE",
        100,
        "The same from all addresses together within an hour; then only addresses are let in from which that "
        "user signed in within 30 days.",
        _whole(1, 1_000_000),
    ),
    Setting(
        "MIPOS_SIGN_IN_FAILURES_PER_ADDRESS",
        500,
        "Failed sign-ins from one address within 15 minutes, whatever the user names.",
        _whole(1, 1_000_000_000),
    ),
    Setting(
        "MIPOS_METRICS_TOKEN",
        None,
        f"Token (`Authorization: Bearer`, at least {TOKEN_LENGTH} characters) that opens `/metrics` and the "
        "details of `/ready`. On this machine they need none, unless a proxy asks for somebody else.",
        _at_least(TOKEN_LENGTH),
        default_text="none",
        is_secret=True,
    ),
    Setting(
        "MIPOS_FISCAL_DEVICE_URL",
        None,
        "Service that signs receipts, such as `http://127.0.0.1:8090/sign`, asked before each sale, refund, "
        "void and return at a till is recorded; see [OPERATIONS.md](OPERATIONS.md#a-signing-device).",
        _device_url,
        default_text="none: nothing is signed",
        is_secret=True,
    ),
    Setting(
        "MIPOS_FISCAL_DEVICE_TOKEN",
        None,
        "Token by which it knows who asks (`Authorization: Bearer`).",
        _token,
        default_text="none",
        is_secret=True,
    ),
    Setting(
        "MIPOS_FISCAL_DEVICE_SECONDS",
        2,
        "For how many seconds a till waits for it; then the receipt says that the device is out of order.",
        _whole(1, 10),
    ),
    Setting(
        "MIPOS_FISCAL_PLACES",
        (),
        "Ids of the companies, stores or registers whose receipts are signed, divided by commas.",
        _ids,
        default_text="all",
    ),
    Setting(
        "MIPOS_WEBHOOK_PORTS",
        (),
        "Ports besides 443 at which webhooks may be received, divided by commas.",
        _ports,
        default_text="none",
    ),
    Setting(
        "MIPOS_WEBHOOK_ALLOW",
        (),
        "Addresses or networks that webhooks may go to although they are not of the public network, such as "
        "10.1.2.0/24, divided by commas.",
        _networks,
        default_text="none",
    ),
    Setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        None,
        "Collector of OpenTelemetry that traces go to, by HTTP (`http://collector:4318`); needs the extra "
        "`otel`. Its other variables (`OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, "
        "`OTEL_EXPORTER_OTLP_HEADERS` …) count too.",
        _collector,
        default_text="none: nothing is traced",
        is_secret=True,
    ),
    Setting(
        "MIPOS_SMTP_URL",
        None,
        "Mail server that messages go to: `smtp://user:password@host:587` or `smtps://…`.",
        _smtp_url,
        default_text="none: messages become files",
        is_secret=True,
    ),
    Setting(
        "MIPOS_MAIL_FROM",
        None,
        "Whom messages are from; required with `MIPOS_SMTP_URL`.",
        _mail_from,
        default_text="`mipos@localhost`",
    ),
    Setting(
        "MIPOS_OUTBOX_DIR",
        None,
        "Folder of messages that become files.",
        _path,
        default_text="`outbox` in the data folder",
    ),
    Setting(
        "MIPOS_PUBLIC_URL",
        None,
        "Address of the shop's web pages, for links in messages and the QR codes of receipts.",
        _public_url,
        default_text="none: messages carry no link, and only tills can follow a receipt's code",
    ),
    Setting(
        "MIPOS_PYTHON",
        None,
        "Python (3.11 or newer) from which `./mipos` makes its environment.",
        str,
        default_text="the newest found",
    ),
)


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read all settings; an empty variable counts as not set. Raise SettingsError with every problem."""
    problems = _unknown(environ)
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        values[setting.field] = setting.default
        text = environ.get(setting.name, "").strip()
        if text:
            try:
                values[setting.field] = setting.parse(text)
            except ValueError as error:
                problems.append(_complaint(setting, text, str(error)))
    problems += _contradictions(environ, values)
    if problems:
        raise SettingsError(problems)
    return Settings(**_with_derived_urls(values))


def settings_table() -> str:
    """Return the settings as a Markdown table."""
    rows = [f"| `{s.name}` | {_default_text(s)} | {s.meaning} |" for s in SETTINGS]
    return "\n".join(["| Variable | Default | Meaning |", "|---|---|---|", *rows]) + "\n"


def secret_file(data_dir: Path, name: str, make: Callable[[], str]) -> str:
    """Return the secret kept in `data_dir/name`, made first when there is none.

    Only its owner may read the file. Of several processes that make it at once one wins, and all
    return what the winner wrote. Raise SettingsError when the file can be neither read nor written.
    """
    path = data_dir / name
    try:
        if not path.exists():
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_once(path, make())
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError([f"The secret in {path} cannot be used: {error.strerror}."]) from error


def _write_once(path: Path, text: str) -> None:
    """Write the whole file or nothing; a file that appeared meanwhile stays. mkstemp makes it 0600."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, refuses to replace what another process wrote first.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _unknown(environ: Mapping[str, str]) -> list[str]:
    names = [setting.name for setting in SETTINGS]
    return [
        f"{name} is not a setting; did you mean {difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]}?"
        for name in sorted(environ)
        if name.startswith("MIPOS_") and name not in names
    ]


def _complaint(setting: Setting, text: str, rule: str) -> str:
    return f"{setting.name} {rule}." if setting.is_secret else f"{setting.name} {rule}, not {text!r}."


def _contradictions(environ: Mapping[str, str], values: Mapping[str, Any]) -> list[str]:
    problems = []
    named = [name for name in DATABASE_VARIABLES if environ.get(name, "").strip()]
    problems += [
        f"{key} (at least {SECRET_KEY_LENGTH} characters) is required when {named[0]} is set."
        for key in ("MIPOS_SECRET_KEY", "MIPOS_DATA_KEY")
        if named and not environ.get(key, "").strip()
    ]
    others = {user_of(values["database_url"]), user_of(values["worker_database_url"])}
    if (user_of(values["app_database_url"]) or "") in others:
        problems.append(
            "MIPOS_APP_DATABASE_URL must name a user of its own, to whom the database shows one company only."
        )
    if values["smtp_url"] and not values["mail_from"]:
        problems.append("MIPOS_MAIL_FROM is required when MIPOS_SMTP_URL is set.")
    protocol = environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "").strip()
    if values["otel_exporter_otlp_endpoint"] and protocol not in {"", "http/protobuf"}:
        problems.append("OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf: traces are sent by no other.")
    if values["refresh_token_seconds"] < values["access_token_seconds"]:
        problems.append("MIPOS_REFRESH_TOKEN_SECONDS must not be less than MIPOS_ACCESS_TOKEN_SECONDS.")
    return problems


def _with_derived_urls(values: dict[str, Any]) -> dict[str, Any]:
    """Fill in the addresses of the two lesser roles where only the administrator's is given."""
    url, key = values["database_url"], values["secret_key"]
    if url is None:
        return values
    derived = {}
    for part in ("app", "worker"):
        role = role_name(url, values["schema"], part)
        derived[f"{part}_database_url"] = as_role(url, role, role_password(key, role))
    return {**values, **{name: values[name] or address for name, address in derived.items()}}


def user_of(address: str | None) -> str | None:
    """As whom an address connects, if it says so."""
    return str(user) if address and (user := conninfo_to_dict(address).get("user")) else None


def _default_text(setting: Setting) -> str:
    return setting.default_text or f"`{setting.default}`"
