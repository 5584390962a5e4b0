"""What a command needs of the world: aggregates by id, locked facts to decide on, and a place to save."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar
from uuid import UUID

from commands.catalog.assortment import AssortmentPort, ImportsPort
from domain.aggregate import Aggregate
from domain.catalog.images import Picture
from domain.catalog.products import Variant
from domain.companies import Backdating
from domain.costing import Balance
from domain.errors import Conflict, NotFound
from domain.packages import Limits, Offer
from domain.payment_methods import MethodAtSale
from domain.sale_context import SaleContext
from domain.settings import Setting

A = TypeVar("A", bound=Aggregate)


class Missing(NotFound):
    """There is no such thing here."""


class ConcurrentEdit(Conflict):
    """Somebody else changed this at the same moment; read it again and repeat."""

    code = "concurrent_edit"


class StaleVersion(Conflict):
    """It is at none of the versions you named; read it again."""

    code = "precondition_failed"


class DuplicateId(Conflict):
    """Something else already has this id."""

    code = "duplicate_id"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who is asking: a user of a company, with the rights of a role, bound to stores or (empty) to none."""

    company_id: UUID
    user_id: UUID | None
    role: str = ""
    permissions: frozenset[str] = frozenset()
    store_ids: tuple[UUID, ...] = ()
    session_id: UUID | None = None
    #: The version of the user at which these rights were given.
    rights_version: int = 1
    request_id: str | None = None
    terminal: str | None = None
    address: str | None = None

    @property
    def sees_costs(self) -> bool:
        """Whether costs, margins and profits are shown to them."""
        return "costs.view" in self.permissions


class Seen(Protocol):
    """What was seen of the others; checking it raises the refusal for what stands in the way."""

    def check(self) -> None:
        """Raise a refusal for a duplicate name, code, SKU or barcode, or for a reference to nothing."""


class ProductSeen(Protocol):
    """What was seen of the rest of the catalog when a product was to be registered or revised."""

    def check(self, before: Mapping[str, Any] = ...) -> None:
        """Raise a refusal for a duplicate SKU or barcode, or for a reference to nothing.

        What the product referred to `before` may stay, even if it is archived by now.
        """


class SettingSeen(Seen, Protocol):
    """What was seen of the others when a setting was to be registered or revised."""

    def inherited(self) -> Mapping[str, Any]:
        """What a new one takes from its company unless it says otherwise."""


class LockedBalances(Protocol):
    """Balances that were asked for and arrive with the next round trip."""

    def check_place(self, store_ids: Collection[UUID]) -> None:
        """Raise OtherStore when the storage lies in none of these stores; no stores are no bounds."""

    def backdating(self) -> Backdating:
        """How far back a movement of them may lie."""

    def rows(self) -> Mapping[UUID, Balance]:
        """By variant. Raises Invalid for an unknown storage, supplier or variant, or too fine a quantity."""


class SettingsPort(Protocol):
    """What settings a decision touches."""

    def look(
        self,
        kind: type[Setting],
        setting_id: UUID,
        values: Mapping[str, Any],
        *,
        store_ids: tuple[UUID, ...] = (),
    ) -> SettingSeen:
        """Ask which names are taken and which references exist, with the next round trip.

        `store_ids` are those that whoever refers is bound to.
        """

    def place(self, setting: Setting) -> Mapping[str, Any]:
        """Where it stands in the tree of its kind, if there is one, as it will be shown."""

    def payment_methods(self, codes: Iterable[str]) -> Callable[[], Mapping[str, MethodAtSale]]:
        """Ask for payment methods with the next round trip; the result has those there are, by code."""

    def is_in_use(self, setting_id: UUID) -> bool:
        """Whether something not archived refers to it."""


class CatalogPort(Protocol):
    """What of the catalog a decision touches."""

    def look(
        self, values: Mapping[str, Any], variants: Iterable[Variant], *, product_id: UUID, alone: bool = False
    ) -> ProductSeen:
        """Ask which ids, SKUs and barcodes are taken and which references exist, with the next round trip.

        The variants are or will be those of the product; `alone`, one is asked about by itself.
        """

    def has_stock(self, variant_ids: Iterable[UUID]) -> bool:
        """Whether any of these variants has stock somewhere."""

    def stores(self) -> Callable[[], Mapping[UUID, str]]:
        """Ask for the company's stores with the next round trip; the result has their names by id."""


class StockPort(Protocol):
    """Balances that a decision locks."""

    def hold_precisions(self, quantities: Iterable[Decimal]) -> None:
        """Let no unit become coarser until the end, if some of these quantities are fractions."""

    def finer(self, units: Mapping[UUID, UUID | None]) -> Callable[[], Collection[UUID]]:
        """Ask which products have stock that is finer than the units they are to have, None for none.

        No fraction moves until the end. It is asked before anything else.
        """

    def lock(
        self,
        storage_id: UUID,
        quantities: Sequence[tuple[UUID, Decimal]],
        *,
        supplier_id: UUID | None = None,
    ) -> LockedBalances:
        """Lock the balances of these variants, of which so much comes, with the next round trip.

        They are locked in key order; the supplier is looked for as well.
        """


class SalesPort(Protocol):
    """What a sale is decided on."""

    def context(
        self,
        *,
        store_id: UUID | None,
        register_id: UUID | None,
        store_ids: tuple[UUID, ...],
        variant_ids: Iterable[UUID],
        customer_id: UUID | None,
        lock: bool,
    ) -> SaleContext:
        """Read it all; with `lock`, hold the balances and the till's number until the end."""


class CredentialsPort(Protocol):
    """What lets somebody in. It is no fact, but is written with the facts it belongs to."""

    def set_password(self, user_id: UUID, password_hash: str) -> None:
        """Let the user sign in with the password of this hash from now on."""

    def end_sessions(self, user_id: UUID, *, but: UUID | None = None) -> None:
        """End the sessions of a user, all or all but one."""

    def take_reset(self, user_id: UUID, token_hash: bytes) -> bool:
        """Use up the token of a user who forgot the password; False when it is not theirs or too old."""

    def end_session(self, user_id: UUID, session_id: UUID) -> bool:
        """End one session of a user; whether it was there and open."""


class UserSeen(Seen, Protocol):
    """What was seen of the others when a user was to be taken on or changed."""

    @property
    def last_login(self) -> datetime | None:
        """When the user signed in last."""

    def stores(self, store_ids: Collection[UUID]) -> list[Mapping[str, Any]]:
        """Id, name and code of these of the stores that the user has or is to have."""

    def others_manage(self) -> bool:
        """Whether somebody else can manage every user of the company."""


class UsersPort(Protocol):
    """What of the users a decision touches."""

    def look(self, user_id: UUID, values: Mapping[str, Any], *, store_ids: tuple[UUID, ...]) -> UserSeen:
        """Ask who has the name, which stores there are and who else manages, with the next round trip.

        Nobody else decides about users of the company until the end. `store_ids` are those that whoever
        decides is bound to.
        """


class PlanPort(Protocol):
    """What the company's package leaves room for."""

    def hold(self) -> None:
        """Let nobody else add what a package may limit until the end, from the next round trip on."""

    def room(self, resource: str) -> int | None:
        """How many more of them fit as things stand; None without a limit."""

    def check_room(self, resource: str, more: int = 1, *, counted: bool = False) -> None:
        """Raise PlanLimitReached unless one more store, storage, user or product fits; hold it so.

        `more` than one may be added, which are written already if they are `counted`.
        """

    def check_orders(self, limit: int, timezone: str) -> None:
        """Raise PlanLimitReached unless one more sale fits into this month; hold it so.

        The month is the calendar's by the clock of the time zone, whenever the sales are said to have been.
        """


class PlatformPort(Protocol):
    """What the platform's packages and companies have to say to a decision about one of them."""

    def open_log(self) -> None:
        """Begin the log of the company that is decided about."""

    def user_named(self, username: str) -> tuple[UUID, UUID] | None:
        """The company and the id of who signs in under this name, on the whole platform."""

    def trial_package(self, currency: str) -> UUID | None:
        """The cheapest package that can be tried, rather one in this currency."""

    def hold_offer(self, package_id: UUID) -> tuple[Offer, bool] | None:
        """The package that is to be given, and whether it is active; it stays so until the end."""

    def usage(self, timezone: str) -> Mapping[str, int]:
        """How much the company uses of each resource; nothing of what is limited is added until the end."""

    def hold_package(self, package_id: UUID) -> None:
        """Give it to no further company until the end."""

    def is_package_name_taken(self, package_id: UUID, name: str) -> bool:
        """Whether another package that is not archived has this name."""

    def has_subscribers(self, package_id: UUID) -> bool:
        """Whether companies have this package."""

    def greatest_usage(self, package_id: UUID, limits: Limits) -> Mapping[str, int]:
        """The most that one of its companies uses of each resource with a limit; nothing is added to it."""


class PicturesPort(Protocol):
    """The bytes of pictures. They are no facts, but are kept with the facts that name them."""

    def look(self, image_id: UUID) -> Callable[[], bool]:
        """Ask with the next round trip whether a picture of any company has this id."""

    def hold(self, image_id: UUID) -> bool:
        """Whether the company has this picture; it is not removed until the end."""

    def is_logo(self, image_id: UUID) -> bool:
        """Whether the picture is the company's logo; it does not become that until the end."""

    def keep(self, picture: Picture) -> None:
        """Keep what it looks like in each size; what is there already stays."""


class UnitOfWork(Protocol):
    """One decision: everything it reads, locks and saves is one transaction."""

    @property
    def caller(self) -> Caller:
        """Who asked for it."""

    @property
    def now(self) -> datetime:
        """The moment of the decision."""

    @property
    def settings(self) -> SettingsPort:
        """The settings entities."""

    @property
    def catalog(self) -> CatalogPort:
        """The catalog."""

    @property
    def stock(self) -> StockPort:
        """The stock."""

    @property
    def sales(self) -> SalesPort:
        """What sales are decided on."""

    @property
    def plan(self) -> PlanPort:
        """The company's package."""

    @property
    def platform(self) -> PlatformPort:
        """The platform's packages and companies."""

    @property
    def credentials(self) -> CredentialsPort:
        """Passwords and sessions."""

    @property
    def users(self) -> UsersPort:
        """The users."""

    @property
    def assortment(self) -> AssortmentPort:
        """The whole catalog, for imports."""

    @property
    def imports(self) -> ImportsPort:
        """Files that are imported later."""

    @property
    def pictures(self) -> PicturesPort:
        """The bytes of pictures."""

    def load(self, kind: type[A], aggregate_id: UUID) -> A:
        """The aggregate. Raises Missing."""

    def made_before(
        self, kind: type[A], by: type[Aggregate.Event], own_id: UUID, *, within: UUID | None = None
    ) -> Callable[[], A | None]:
        """Ask with the next round trip whether this very request was recorded before.

        `by` is the event that makes what has the id: an aggregate, or something `within` one. The result is
        the aggregate as that request left it, or None for an id that nothing has. It raises DuplicateId when
        something else has the id, or something that was made from other content.
        """

    def new_id(self) -> UUID:
        """A fresh id."""

    def save(self, *aggregates: Aggregate) -> None:
        """Take their new events into this decision; they are recorded together at its end."""


def check_version(version: int, expected: Collection[int] | None) -> None:
    """Raise StaleVersion unless this version is among those the caller expects, or any is."""
    if expected is not None and version not in expected:
        raise StaleVersion
