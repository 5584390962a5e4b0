"""What the API needs behind it: a way to run commands, to ask questions, and to sign in."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, LiteralString, Protocol, TypeVar
from uuid import UUID

from api.addresses import Network
from api.receipt_addresses import ReceiptAddresses
from api.work import Work
from commands.access import Access
from commands.approvals import Approver
from commands.creations import Content
from commands.outcomes import IdempotencyKey, Outcome, Response
from commands.passwords import ResetToken
from commands.ports import Caller
from commands.signing_in import Visitor
from domain.approvals import Approval
from domain.catalog.images import Picture, Rendition
from domain.seals.refusals import NoSealKey
from domain.webhooks.targets import TargetRules
from projections.base import Database, EventNotReadable, Params, Row
from projections.feed import PublicFact
from projections.log_proofs import LogProof

if TYPE_CHECKING:
    from projections.market_basket.memory import BasketMemory

C = TypeVar("C")
R = TypeVar("R")


class Reading(Protocol):
    """A question's view of the company."""

    @property
    def db(self) -> Database:
        """The read models."""

    @property
    def kept(self) -> Database:
        """Where answers are that were kept: a copy of the database has none of them."""

    @property
    def position(self) -> int:
        """Up to which position of the log all read models know it that the question is answered from."""

    def aggregates(self, kind: type[Any], ids: list[UUID], as_of: datetime | None = None) -> list[Any]:
        """The aggregates of these ids, in this order, as they are or were known by `as_of`.

        Raises NewerEvent, DamagedEvent.
        """

    def streams(
        self, kind: type[Any], ids: list[UUID], as_of: datetime | None = None
    ) -> list[tuple[UUID, Any]]:
        """The same with its id each, for pages: in place of one that cannot be read is why that is so."""

    def decode(self, row: Mapping[str, Any], readings: Mapping[Any, Any]) -> tuple[type[Any], Any]:
        """What a row of the log says: the event, and of those in `readings` what these read, else all.

        Raises NewerEvent, DamagedEvent.
        """

    def public_fact(self, row: Row, *, with_costs: bool) -> PublicFact:
        """What followers of the log are told of a row of it, without what tells about persons.

        Raises NewerEvent, DamagedEvent.
        """

    def opened(self, row: Row) -> Row:
        """A row of the log with what is sealed in it, if that can be read; else as it is."""

    def states(
        self, versions: Mapping[UUID, Collection[int]]
    ) -> dict[tuple[UUID, int], dict[str, Any] | EventNotReadable]:
        """What these streams were at these versions, by stream and version, as JSON has it, or why not."""

    def run_afterwards(self, query: LiteralString, params: Params) -> None:
        """Have a statement run once the question is answered, if that can be; the answer does without it."""


class Application(Protocol):
    """Runs commands and questions."""

    def run(
        self,
        caller: Caller,
        handler: Callable[[C, Work], R],
        command: C,
        present: Callable[[R], Response],
        key: IdempotencyKey | None = None,
        *,
        within: UUID | None = None,
        content: Content | None = None,
        lengthy: bool = False,
        tell: Callable[[Access], None] | None = None,
    ) -> Outcome:
        """Decide, record and answer in one transaction; `within` another company if the platform decides.

        `content` is what the request says, if it makes something. `lengthy` grants more time. `tell` is told
        of the caller's access, before anything is answered. Raises Unavailable.
        """

    def stored(self, caller: Caller, key: IdempotencyKey) -> Outcome | None:
        """What was answered to this very request before, for one that is many decisions.

        Raises Unavailable.
        """

    def read(
        self,
        caller: Caller,
        question: Callable[[Any], R],
        *,
        projections: tuple[str, ...] = (),
        wait_for: int | None = None,
        put_off: Callable[[], None] | None = None,
        within: UUID | None = None,
        lengthy: bool = False,
        tell: Callable[[Access], None] | None = None,
        of_primary: bool = False,
    ) -> tuple[R, int]:
        """Answer a question and say which position of the caller's log the answer knows.

        As long as that is before `wait_for` the question is put off, if it can be; `put_off` returns when
        that has lasted too long. `lengthy` grants more time, and `tell` is told of the caller's access.
        `of_primary` are questions that no copy of the database can answer. Raises Unavailable.
        """

    def check(self, caller: Caller, *, writing: bool = False) -> None:
        """Raise TokenRevoked or RightsChanged unless the caller may still ask.

        `writing` what no command records, also CompanySuspended and SubscriptionExpired.
        """


class Authentication(Protocol):
    """Knows who somebody is."""

    def sign_in(
        self, username: str, password: str, visitor: Visitor, *, needing: str | None = None
    ) -> dict[str, Any]:
        """User, tokens and permissions, for whoever holds the permission `needing`, if any.

        Raises TooManyRequests, WrongCredentials, CompanySuspended, NotAllowed.
        """

    def refresh(self, refresh_token: str, visitor: Visitor) -> dict[str, Any]:
        """The same for a refresh token, which is used up by it.

        Raises UnknownRefreshToken, TokenRevoked, RefreshExpired, CompanySuspended, TooManyRequests.
        """

    def sign_out(self, caller: Caller) -> None:
        """End the caller's session at once. Raises TokenRevoked when it had ended before."""

    def caller_of(self, token: str) -> Caller:
        """Who carries this access token. Raises TokenExpired, Unauthenticated."""

    def hash_password(self, password: str, salt: bytes | None = None) -> str:
        """What is kept of a password. It takes a while on purpose: never within a transaction."""

    def hash_pin(self, user_id: UUID, pin: str) -> str:
        """What is kept of a user's pin, made like the hash of a password."""

    def find_approver(
        self, company_id: UUID, username: str, visitor: Visitor, *, password: str | None, pin: str | None
    ) -> Approver:
        """The user of the company who has this name and this password or, instead of one, this pin.

        Raises TooManyRequests, WrongCredentials.
        """

    def make_approval_token(self) -> tuple[str, bytes]:
        """A token for an approval, and what is kept of it."""

    def find_approval(self, token: str, caller: Caller) -> Approval:
        """What was approved for the caller under this token. Raises ApprovalNotValid."""

    def knows_password(self, user: Row, password: str, visitor: Visitor) -> bool:
        """Whether this is the user's password; who guesses is held back. Raises TooManyRequests."""

    def begin_reset(self, username: str, visitor: Visitor) -> None:
        """Send a token to whoever forgot the password, telling nobody who that is. Raises TooManyRequests."""

    def find_reset(self, token: str, visitor: Visitor) -> tuple[ResetToken, Row]:
        """What such a token is for, and the user. Raises TooManyRequests, InvalidToken, CompanySuspended."""

    def count_attempt(self, visitor: Visitor) -> None:
        """Count what somebody sent who is not signed in, and nobody can read. Raises TooManyRequests."""

    def count_registration(self, visitor: Visitor) -> None:
        """Count a registration from the visitor's address. Raises TooManyRequests."""

    def end_reset(self, username: str, visitor: Visitor) -> None:
        """Let the user of a new password sign in, however often it was missed before, or the name tried."""


class Pictures(Protocol):
    """Prepares pictures, and has those that are kept."""

    def prepare(self, file: bytes) -> Picture:
        """A JPEG, PNG or WebP file as it is kept. Takes tenths of a second. Raises Invalid, naming `file`."""

    def find(self, image_id: UUID, size: str, is_cached: Callable[[str], bool]) -> Rendition | None:
        """The picture of that id in that size, or None; without its bytes if its hash is known."""


class Health(Protocol):
    """Knows whether the parts behind the API work."""

    def check(self) -> dict[str, Any]:
        """`ready`, a `message`, and what was found of database and read models."""

    def metrics(self) -> bytes:
        """Counters of all processes in the format of Prometheus."""


class Doctor(Protocol):
    """Examines the installation."""

    def examine(self) -> Sequence[Any]:
        """What each check finds: `check`, `status` (ok, warn, fail), what it `says`, what would `mend` it."""


class EventDescription(Protocol):
    """A type of event, as a follower of the log knows it."""

    @property
    def type(self) -> str:
        """Its name."""

    @property
    def version(self) -> int:
        """The version of what it says."""

    @property
    def meaning(self) -> str:
        """What happened."""

    @property
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of what it says."""


class EventCatalog(Protocol):
    """Knows every type of event there is."""

    @property
    def names(self) -> Collection[str]:
        """The names of all types."""

    @property
    def descriptions(self) -> Sequence[EventDescription]:
        """All types in the order of their names."""


class _NobodyToExamine:
    """Where nothing stands behind the API there is nothing to be found."""

    def examine(self) -> Sequence[Any]:
        """Nothing."""
        return ()


class _NoEvents:
    """Where nothing stands behind the API nothing happens."""

    names: Collection[str] = ()
    descriptions: Sequence[EventDescription] = ()


@dataclass(frozen=True, kw_only=True)
class ReadModel:
    """A read model of this version: its tables, and what these are made from, in short."""

    name: str
    mode: Literal["inline", "async"]
    version: int
    tables: tuple[str, ...]
    #: What the database says of one that is made in the same way.
    digest: str


class PoolState(Protocol):
    """Connections to the database, of this process."""

    @property
    def size(self) -> int:
        """How many there may be."""

    @property
    def in_use(self) -> int:
        """How many work for a request."""

    @property
    def idle(self) -> int:
        """How many are open and wait."""


@dataclass(frozen=True)
class _NoConnections:
    """Where nothing stands behind the API there is no connection either."""

    size: int = 0
    in_use: int = 0
    idle: int = 0


class SealDesk(Protocol):
    """Seals logs, verifies them, and knows the key."""

    def key_of(self, company_id: UUID, epoch: int) -> tuple[str, str]:
        """What a company's log is called in its life of this number, and its public key. Raises NoSealKey."""

    def seal(self, company_id: UUID) -> bool:
        """Seal what is new. Returns whether anything was. Raises NoSealKey, EpochForked, LogNotSound."""

    def verify(self, db: Database, first: int, last: int | None) -> LogProof:
        """Verify the company's log from one position to another, or to its head.

        Raises Invalid, RangeTooLarge.
        """


class _NoSealDesk:
    """Where no key was given nothing is sealed."""

    def key_of(self, company_id: UUID, epoch: int) -> tuple[str, str]:  # noqa: ARG002
        """Nothing. Raises NoSealKey."""
        raise NoSealKey

    def seal(self, company_id: UUID) -> bool:  # noqa: ARG002
        """Nothing. Raises NoSealKey."""
        raise NoSealKey

    def verify(self, db: Database, first: int, last: int | None) -> LogProof:  # noqa: ARG002
        """Nothing. Raises NoSealKey."""
        raise NoSealKey


def _no_baskets() -> "BasketMemory":
    # NumPy takes a tenth of a second and 15 MB, which workers and commands are spared.
    from projections.market_basket.memory import BasketMemory  # noqa: PLC0415

    return BasketMemory()


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything behind the API."""

    application: Application
    authentication: Authentication
    health: Health
    pictures: Pictures
    now: Callable[[], datetime]
    max_body_bytes: int = 1_048_576
    cors_origins: tuple[str, ...] = ()
    #: Where this service is reached, as far as it was told.
    public_url: str | None = None
    #: Whose word counts about where a request comes from.
    trusted_proxies: tuple[Network, ...] = ()
    #: Whether anyone may register a company.
    registration: bool = False
    #: Whether there is the demo company, which is told to whoever arrives.
    has_demo: bool = False
    #: How many requests a user, else an address, may send in a minute to all `processes` together, roughly.
    requests_per_minute: int = 60_000
    processes: int = 1
    #: What opens metrics and the details of readiness from elsewhere than this machine.
    metrics_token: str | None = field(default=None, repr=False)
    #: Keys of the fingerprints by which repeated requests are known: today's, then former ones.
    peppers: tuple[bytes, ...] = (b"",)
    #: Where receipts lie for those who have one in hand.
    receipts: ReceiptAddresses = field(default_factory=ReceiptAddresses)
    doctor: Doctor = field(default_factory=_NobodyToExamine)
    seals: SealDesk = field(default_factory=_NoSealDesk)
    #: Where webhooks may go.
    targets: TargetRules = field(default_factory=TargetRules)
    #: What can be followed.
    events: EventCatalog = field(default_factory=_NoEvents)
    #: The read models of this version, in their order.
    read_models: tuple[ReadModel, ...] = ()
    #: The connections of this process, as they are now.
    pool: Callable[[], PoolState] = _NoConnections
    #: What this process knows of baskets.
    baskets: "BasketMemory" = field(default_factory=_no_baskets)
