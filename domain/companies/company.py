"""Companies: the tenants. Each has a log, a currency, rules of rounding and a subscription of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from domain.companies.rules import UNSAID, ReceiptPaper, RefundMethods, check_cash_rounding
from domain.entities import AlreadyArchived, Entity
from domain.packages import Offer
from domain.private import texts
from domain.subscriptions import Subscription, SubscriptionStatus, Terms
from domain.weeks import WeekStart

#: How a company is reached: a person, where the company is one.
_CONTACT = texts("email", "phone", "address")
#: The platform itself keeps its packages, companies and super admins in a log like any company's.
PLATFORM_ID = UUID("00000000-0000-4000-8000-000000000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the log of a clone comes from: up to which event of which company; whether it names persons."""

    company_id: UUID
    position: int
    hash: str
    has_persons: bool


class Company(Entity):
    """A retail company; its first fact opens its own log, under its own id.

    How it is reached is sealed with a key of its own.
    """

    type_name = "companies.Company"
    kind = "companies"
    noun = "company"

    class Registered(Entity.Registered):
        """A company was taken on. `cash_rounding` is in minor currency units, 0 for none."""

        name: str
        currency: str
        timezone: str
        email: str | None = None
        phone: str | None = None
        address: str | None = None
        tax_number: str | None = None
        rounding_level: str = "line"
        rounding_mode: str = "half_up"
        cash_rounding: int = 0

        subject_kind = "company"
        private: ClassVar[Mapping[str, Any]] = _CONTACT

        def apply(self, aggregate: "Company") -> None:  # type: ignore[override]  # of its own kind only
            """Take over every field; what only later events say begins empty."""
            super().apply(aggregate)
            aggregate.values.update(UNSAID)
            aggregate.is_suspended = False
            aggregate.suspension_reason = None
            aggregate.subscription = None
            aggregate.is_sandbox = False

    class Renamed(Entity.Revised):
        """The company goes by another name."""

        name: str

    class Relocated(Entity.Revised):
        """The company is found, called or taxed elsewhere."""

        email: str | None
        phone: str | None
        address: str | None
        tax_number: str | None

        subject_kind = "company"
        private: ClassVar[Mapping[str, Any]] = _CONTACT

    class Rescheduled(Entity.Revised):
        """The company's calendar runs by another clock; its stores keep theirs."""

        timezone: str

    class RoundingAgreed(Entity.Revised):
        """Later sales are rounded by other rules; those made keep the rules they were made by."""

        rounding_level: str
        rounding_mode: str
        cash_rounding: int

    class Rebranded(Entity.Revised):
        """The company shows another logo, or none."""

        logo_image_id: UUID | None

    class ReceiptReworded(Entity.Revised):
        """Receipts of stores without texts of their own carry other ones."""

        receipt_header: str | None
        receipt_footer: str | None

    class TillsInstructed(Entity.Revised):
        """Tills ask for the customer or not, and lock themselves after so many seconds or never."""

        ask_for_customer: bool
        lock_after_seconds: int | None

    class DiscountsCapped(Entity.Revised):
        """Nobody gives a larger discount than the ceiling of their role, in percent; no ceiling is 0."""

        discount_ceilings: dict[str, Decimal]

    class BackdatingAllowed(Entity.Revised):
        """Sales and deliveries may lie so many days back."""

        backdating_days: int

    class BooksClosed(Entity.Revised):
        """No stock moves any more on the days up to this one; without a day, the books are open again."""

        books_closed_until: date | None

    class PurchasingAgreed(Entity.Revised):
        """Suppliers may deliver more than was ordered, in percent, and are expected after so many days.

        A supplier's own lead time counts instead.
        """

        over_receive_percent: Decimal
        default_lead_time_days: int

    class ShiftsRegulated(Entity.Revised):
        """Sales take an open shift or not; drawers are counted with or without knowing what they should hold.

        A count that is off by more than the limit, in minor currency units, is to be reviewed.
        """

        shift_required: bool
        blind_close: bool
        over_short_limit: int | None

    class ReturnsRegulated(Entity.Revised):
        """Goods come back for so many days or always, to any store or only where they were sold.

        `refund_to_original` says how money goes back.
        """

        refund_to_original: RefundMethods
        cross_store_returns: bool
        return_days: int | None

    class HeldSalesLimited(Entity.Revised):
        """Sales that are parked from now on expire after so many hours."""

        held_hours: int

    class OrderReservationsLimited(Entity.Revised):
        """Goods of orders that are placed from now on are reserved for so many days, or without an end."""

        order_reservation_days: int | None

    class ReceiptPaperChosen(Entity.Revised):
        """Receipts are printed on other paper."""

        receipt_paper: ReceiptPaper

    class WeekStartChosen(Entity.Revised):
        """Weeks of reports begin on another day, those that are over too."""

        week_start: WeekStart

    class ReportMailRegulated(Entity.Revised):
        """Reports may be mailed to addresses outside of the company, or to its users alone."""

        reports_to_outside: bool

    class AuditorNamed(Entity.Revised):
        """Checkpoints of the log are mailed to somebody who keeps them, or to nobody."""

        auditor_email: str | None

        subject_kind = "company"
        private: ClassVar[Mapping[str, Any]] = texts("auditor_email")

    class ProofsRegulated(Entity.Revised):
        """Checkpoints and tiles of the log, hashes alone, may be read by anyone, or by nobody outside."""

        public_proofs: bool

    class Suspended(Entity.Event):
        """The company may only read until it is activated again."""

        reason: str | None

        def apply(self, aggregate: "Company") -> None:
            """Suspend it."""
            aggregate.is_suspended = True
            aggregate.suspension_reason = self.reason

    class Activated(Entity.Event):
        """The company may write again."""

        def apply(self, aggregate: "Company") -> None:
            """End the suspension."""
            aggregate.is_suspended = False
            aggregate.suspension_reason = None

    class Cloned(Entity.Event):
        """The company was made from the log of another one, for whoever tries things out.

        Its log has that one's events up to `source_position`, whose last hash was `head_hash`. It begins
        active, without a package, under a name of its own, and no mail or webhook of it goes out.
        """

        name: str
        source_id: UUID
        source_position: int
        head_hash: str
        has_persons: bool

        def apply(self, aggregate: "Company") -> None:
            """Begin as a sandbox."""
            aggregate.values.update(name=self.name, auditor_email=None, public_proofs=False)
            aggregate.is_sandbox = True
            aggregate.is_suspended = aggregate.is_archived = False
            aggregate.suspension_reason = None
            aggregate.subscription = None

    class Subscribed(Entity.Event):
        """The company was given a package, on trial or for a period."""

        package_id: UUID
        status: SubscriptionStatus
        trial_ends_at: datetime | None
        period_ends_at: datetime | None

        def apply(self, aggregate: "Company") -> None:
            """Begin the subscription."""
            aggregate.subscription = Subscription(
                package_id=self.package_id,
                status=self.status,
                trial_ends_at=self.trial_ends_at,
                period_ends_at=self.period_ends_at,
            )

    class Renewed(Entity.Event):
        """The company goes on with its package, on trial or for a period."""

        status: SubscriptionStatus
        trial_ends_at: datetime | None
        period_ends_at: datetime | None

        def apply(self, aggregate: "Company") -> None:
            """Go on until then."""
            aggregate.subscription = replace(
                aggregate.subscribed(),
                status=self.status,
                trial_ends_at=self.trial_ends_at,
                period_ends_at=self.period_ends_at,
                overdue_since=None,
            )

    class TrialEnded(Entity.Event):
        """The trial was over at `due_at`; the days of grace began."""

        due_at: datetime

        def apply(self, aggregate: "Company") -> None:
            """Begin the days of grace."""
            aggregate.subscription = aggregate.subscribed().overdue(self.due_at)

    class PaymentOverdue(Entity.Event):
        """The period was over at `due_at`; the days of grace began."""

        due_at: datetime

        def apply(self, aggregate: "Company") -> None:
            """Begin the days of grace."""
            aggregate.subscription = aggregate.subscribed().overdue(self.due_at)

    class Expired(Entity.Event):
        """The days of grace were over at `due_at`; the company may only read until it renews."""

        due_at: datetime

        def apply(self, aggregate: "Company") -> None:
            """End the subscription."""
            aggregate.subscription = replace(aggregate.subscribed(), status="expired")

    if TYPE_CHECKING:
        is_suspended: bool
        suspension_reason: str | None
        subscription: Subscription | None
        #: Whether it is a clone, in which things are tried out.
        is_sandbox: bool

    @property
    def status(self) -> str:
        """`active`, `suspended` or `archived`."""
        if self.is_archived:
            return "archived"
        return "suspended" if self.is_suspended else "active"

    @property
    def due_at(self) -> datetime | None:
        """When time itself will change its subscription, if ever."""
        return self.subscription.due_at if self.subscription and not self.is_archived else None

    def subscribed(self) -> Subscription:
        """Its subscription, for what only happens to companies that have one."""
        assert self.subscription is not None  # noqa: S101 its own events come after a Subscribed
        return self.subscription

    def revise(self, changes: Mapping[str, Any]) -> None:
        """Record each event whose fields really change. Raises AlreadyArchived, Invalid.

        Ceilings of roles that are left out stay.
        """
        if "cash_rounding" in changes:
            check_cash_rounding(changes["cash_rounding"], self.values["currency"])
        ceilings = {**self.values["discount_ceilings"], **changes.get("discount_ceilings", {})}
        super().revise({**changes, "discount_ceilings": ceilings})

    def suspend(self, reason: str | None) -> None:
        """Let it read and no more; without news nothing is recorded. Raises AlreadyArchived."""
        self._check_open()
        if not self.is_suspended or reason not in (None, self.suspension_reason):
            self.trigger_event(Company.Suspended, reason=reason)

    def activate(self) -> None:
        """Let it write again; what is active already stays so. Raises AlreadyArchived."""
        self._check_open()
        if self.is_suspended:
            self.trigger_event(Company.Activated)

    def become_clone(self, name: str, origin: Origin) -> None:
        """Begin as a sandbox under this name, with all that its log has of another company."""
        self.trigger_event(
            Company.Cloned,
            name=name,
            source_id=origin.company_id,
            source_position=origin.position,
            head_hash=origin.hash,
            has_persons=origin.has_persons,
        )

    def subscribe(self, offer: Offer, terms: Terms, now: datetime) -> None:
        """Give it a package, or go on with the one it has; what is so already records nothing.

        Dates that have passed take effect at once. Raises AlreadyArchived, Invalid.
        """
        self._check_open()
        subscription = terms.applied(offer, self.subscription, now)
        dates = {"trial_ends_at": subscription.trial_ends_at, "period_ends_at": subscription.period_ends_at}
        if self.subscription is None or self.subscription.package_id != offer.id:
            self.trigger_event(Company.Subscribed, package_id=offer.id, status=subscription.status, **dates)
        elif subscription != self.subscription:
            self.trigger_event(Company.Renewed, status=subscription.status, **dates)
        self.fall_due(now)

    def fall_due(self, now: datetime) -> None:
        """Record what time has brought by now, each step with the moment at which it was due."""
        while self.due_at is not None and self.due_at <= now:
            self.trigger_event(_NEXT[self.subscribed().status], due_at=self.due_at)

    def _check_open(self) -> None:
        if self.is_archived:
            raise AlreadyArchived


_NEXT: Mapping[str, type[Company.Event]] = {
    "trial": Company.TrialEnded,
    "active": Company.PaymentOverdue,
    "past_due": Company.Expired,
}
