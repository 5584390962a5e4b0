"""Given what was recorded, when something is decided, then that is recorded: decisions without a database."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Self
from uuid import UUID

from api.work import Work
from commands.accounts.adjustments import AdjustCredit, adjust_credit
from commands.accounts.expiry import ExpireCredit, expire_credit
from commands.accounts.payments import PayDues, pay_dues
from commands.approvals import GiveApproval, give_approval
from commands.audit_jobs import RequestAuditJob, request_audit_job
from commands.catalog.images import AddImage, RemoveImage, ReviseImage, add_image, remove_image, revise_image
from commands.catalog.launches import LaunchDueProducts, launch_due_products
from commands.catalog.product_import import ImportProducts, KeepImport, import_products, keep_import
from commands.catalog.products import (
    AddVariant,
    ChangeProductStatus,
    RegisterProduct,
    RemoveVariant,
    ReviseProduct,
    ReviseVariant,
    add_variant,
    change_product_status,
    register_product,
    remove_variant,
    revise_product,
    revise_variant,
)
from commands.catalog.store_prices import PriceForStores, price_for_stores
from commands.companies import (
    ActivateCompany,
    AppointAdmin,
    AppointSuperAdmin,
    ArchiveCompany,
    JoinOnTrial,
    RegisterCompany,
    ReviseCompany,
    SuspendCompany,
    activate_company,
    appoint_admin,
    appoint_super_admin,
    archive_company,
    join_on_trial,
    register_company,
    revise_company,
    suspend_company,
)
from commands.creations import Content
from commands.customers.archiving import (
    ArchiveCustomer,
    RestoreCustomer,
    archive_customer,
    restore_customer,
)
from commands.customers.erasure import EraseCustomer, erase_customer
from commands.customers.merging import MergeCustomers, merge_customers
from commands.customers.registration import RegisterCustomer, register_customer
from commands.customers.revision import NoteConsent, ReviseCustomer, note_consent, revise_customer
from commands.devices import EnrolDevice, RetireDevice, enrol_device, retire_device
from commands.failed_events import RetryEvent, SkipEvent, retry_event, skip_event
from commands.fiscal.closings import MakeClosings, make_closings
from commands.messages import GiveUp, NoteSent, give_up, note_sent
from commands.orders.back_office.amending import AmendOrder, amend_order
from commands.orders.back_office.cancelling import CancelOrder, cancel_order
from commands.orders.back_office.fulfilling import FulfilOrder, fulfil_order
from commands.orders.back_office.lapsing import LapseOrders, lapse_orders
from commands.orders.back_office.paying import PayOrder, pay_order
from commands.orders.back_office.placing import PlaceOrder, QuoteOrder, place_order, quote_order
from commands.orders.baskets import QuoteBasket, quote_basket
from commands.orders.exchange_terms import ExchangeGoods
from commands.orders.exchanges import exchange_goods
from commands.orders.held_sales.discarding import DiscardSale, discard_sale
from commands.orders.held_sales.expiry import ExpireHeldSales, expire_held_sales
from commands.orders.held_sales.parking import HoldSale, hold_sale
from commands.orders.held_sales.resuming import ResumeSale, resume_sale
from commands.orders.offline_exchanges import (
    TakeOverExchange,
    TakeOverReturn,
    take_over_exchange,
    take_over_return,
)
from commands.orders.offline_refunds import TakeOverRefund, TakeOverVoid, take_over_refund, take_over_void
from commands.orders.offline_sales import TakeOverSale, take_over_sale
from commands.orders.printing import PrintReceipt, SendReceipt, print_receipt, send_receipt
from commands.orders.refunds import QuoteRefund, RefundOrder, quote_refund, refund_order
from commands.orders.sales import PlaceSale, place_sale
from commands.orders.unlinked_returns import TakeReturn, take_return
from commands.orders.voids import VoidOrder, void_order
from commands.packages import (
    ArchivePackage,
    RegisterPackage,
    RevisePackage,
    SwitchPackage,
    archive_package,
    register_package,
    revise_package,
    switch_package,
)
from commands.passwords import (
    ChangePassword,
    ResetPassword,
    SetPin,
    change_password,
    reset_password,
    set_pin,
)
from commands.ports import Caller
from commands.read_models import (
    PauseReadModel,
    RequestJob,
    ResumeReadModel,
    pause_read_model,
    request_job,
    resume_read_model,
)
from commands.reports.exports import (
    DropExport,
    RequestExport,
    TryRun,
    drop_export,
    request_export,
    try_run,
)
from commands.settings import (
    ArchiveSetting,
    RegisterSetting,
    ReviseSetting,
    SwitchSetting,
    archive_setting,
    register_setting,
    revise_setting,
    switch_setting,
)
from commands.shifts.cash import MoveCash, move_cash
from commands.shifts.closing import (
    CloseShift,
    EndShift,
    RecountShift,
    close_shift,
    end_shift,
    recount_shift,
)
from commands.shifts.offline_shifts import (
    TakeOverClose,
    TakeOverEnd,
    TakeOverMovement,
    TakeOverOpening,
    take_over_close,
    take_over_end,
    take_over_movement,
    take_over_opening,
)
from commands.shifts.opening import OpenShift, open_shift
from commands.shifts.printing import PrintShiftReport, print_shift_report
from commands.stock.adjustments import AdjustStock, adjust_stock
from commands.stock.counts.completion import CompleteCount, PostDifferences, complete_count, post_differences
from commands.stock.counts.documents import BeginCount, CancelCount, begin_count, cancel_count
from commands.stock.counts.tallies import TallyCount, tally_count
from commands.stock.purchase_orders.deliveries import TakeDelivery, take_delivery
from commands.stock.purchase_orders.drafts import (
    AmendPurchaseOrder,
    DiscardPurchaseOrder,
    DraftPurchaseOrder,
    amend_purchase_order,
    discard_purchase_order,
    draft_purchase_order,
)
from commands.stock.purchase_orders.orders import (
    CancelPurchaseOrder,
    OrderFromSupplier,
    cancel_purchase_order,
    order_from_supplier,
)
from commands.stock.purchase_orders.suggested import DraftSuggested, draft_suggested
from commands.stock.receipts import ReceiveStock, receive_stock
from commands.stock.reorder_points import SetReorderPoints, set_reorder_points
from commands.stock.reservations.expiry import ExpireReservations, expire_reservations
from commands.stock.reservations.fulfilment import FulfilReservation, fulfil_reservation
from commands.stock.reservations.placing import ReserveStock, reserve_stock
from commands.stock.reservations.release import ReleaseReservation, release_reservation
from commands.stock.reversals import ReverseMovement, reverse_movement
from commands.stock.supplier_returns import ReturnToSupplier, return_to_supplier
from commands.stock.transfers.cancelling import CancelTransfer, cancel_transfer
from commands.stock.transfers.drafts import (
    AmendTransfer,
    DiscardTransfer,
    DraftTransfer,
    amend_transfer,
    discard_transfer,
    draft_transfer,
)
from commands.stock.transfers.receiving import ReceiveTransfer, receive_transfer
from commands.stock.transfers.shipping import ShipTransfer, ship_transfer
from commands.subscriptions import LetFallDue, Subscribe, let_fall_due, subscribe
from commands.sync.arrivals import (
    AskRights,
    BeginDelivery,
    FindDue,
    NoteDelivery,
    ask_rights,
    begin_delivery,
    find_due,
    note_delivery,
)
from commands.sync.operation import (
    AskEntry,
    Discard,
    FindEntry,
    FindOrder,
    KeepWaiting,
    Record,
    Reject,
    ask_entry,
    discard_operation,
    find_entry,
    find_order,
    keep_waiting,
    record_operation,
    reject_operation,
)
from commands.users import (
    ArchiveUser,
    EndSessions,
    RegisterUser,
    ReviseUser,
    archive_user,
    end_sessions,
    register_user,
    revise_user,
)
from commands.users import ResetPassword as ResetUsersPassword
from commands.users import reset_password as reset_users_password
from commands.webhooks import (
    ArchiveWebhook,
    DisableWebhook,
    EnableWebhook,
    RegisterWebhook,
    ReplayEvents,
    RetryDelivery,
    ReviseWebhook,
    RotateSecret,
    TryWebhook,
    archive_webhook,
    disable_webhook,
    enable_webhook,
    register_webhook,
    replay_events,
    retry_delivery,
    revise_webhook,
    rotate_secret,
    try_webhook,
)
from domain.aggregate import Aggregate
from domain.approvals import Approval
from domain.companies import PLATFORM_ID, Company
from domain.errors import Refusal
from domain.packages import Package
from infra.eventstore.codec import Metadata
from infra.runtime.models import EVENT_TYPES
from tests.commands.memory.work import MemoryWork
from tests.commands.memory.world import Row, Session, World
from tests.commands.samples import COMPANY, FOUNDED, NOW, caller

#: Every handler by its command. That each can be run by what a request gets is proved by the type checker.
HANDLERS: Mapping[type, Callable[[Any, Work], Any]] = MappingProxyType(
    {
        ActivateCompany: activate_company,
        MakeClosings: make_closings,
        RegisterWebhook: register_webhook,
        ReviseWebhook: revise_webhook,
        RotateSecret: rotate_secret,
        DisableWebhook: disable_webhook,
        EnableWebhook: enable_webhook,
        ArchiveWebhook: archive_webhook,
        TryWebhook: try_webhook,
        RetryDelivery: retry_delivery,
        ReplayEvents: replay_events,
        AddImage: add_image,
        AddVariant: add_variant,
        AdjustCredit: adjust_credit,
        ExpireCredit: expire_credit,
        PayDues: pay_dues,
        AdjustStock: adjust_stock,
        AmendOrder: amend_order,
        CancelOrder: cancel_order,
        FulfilOrder: fulfil_order,
        LapseOrders: lapse_orders,
        PayOrder: pay_order,
        PlaceOrder: place_order,
        AmendPurchaseOrder: amend_purchase_order,
        AmendTransfer: amend_transfer,
        AppointAdmin: appoint_admin,
        AppointSuperAdmin: appoint_super_admin,
        ArchiveCompany: archive_company,
        ArchiveCustomer: archive_customer,
        ArchivePackage: archive_package,
        ArchiveSetting: archive_setting,
        ArchiveUser: archive_user,
        CancelPurchaseOrder: cancel_purchase_order,
        AskEntry: ask_entry,
        AskRights: ask_rights,
        BeginCount: begin_count,
        BeginDelivery: begin_delivery,
        Discard: discard_operation,
        FindDue: find_due,
        FindEntry: find_entry,
        FindOrder: find_order,
        KeepWaiting: keep_waiting,
        NoteDelivery: note_delivery,
        Record: record_operation,
        Reject: reject_operation,
        CancelCount: cancel_count,
        CancelTransfer: cancel_transfer,
        ChangePassword: change_password,
        ChangeProductStatus: change_product_status,
        CloseShift: close_shift,
        CompleteCount: complete_count,
        DiscardPurchaseOrder: discard_purchase_order,
        DiscardSale: discard_sale,
        DiscardTransfer: discard_transfer,
        DropExport: drop_export,
        RequestExport: request_export,
        RetryEvent: retry_event,
        SkipEvent: skip_event,
        PauseReadModel: pause_read_model,
        RequestAuditJob: request_audit_job,
        RequestJob: request_job,
        ResumeReadModel: resume_read_model,
        TryRun: try_run,
        DraftPurchaseOrder: draft_purchase_order,
        DraftSuggested: draft_suggested,
        DraftTransfer: draft_transfer,
        EndSessions: end_sessions,
        EndShift: end_shift,
        EnrolDevice: enrol_device,
        ExpireHeldSales: expire_held_sales,
        ExchangeGoods: exchange_goods,
        ExpireReservations: expire_reservations,
        FulfilReservation: fulfil_reservation,
        GiveApproval: give_approval,
        GiveUp: give_up,
        HoldSale: hold_sale,
        ImportProducts: import_products,
        JoinOnTrial: join_on_trial,
        KeepImport: keep_import,
        LaunchDueProducts: launch_due_products,
        LetFallDue: let_fall_due,
        OrderFromSupplier: order_from_supplier,
        EraseCustomer: erase_customer,
        MergeCustomers: merge_customers,
        MoveCash: move_cash,
        NoteConsent: note_consent,
        NoteSent: note_sent,
        OpenShift: open_shift,
        PlaceSale: place_sale,
        PostDifferences: post_differences,
        PriceForStores: price_for_stores,
        PrintReceipt: print_receipt,
        PrintShiftReport: print_shift_report,
        QuoteBasket: quote_basket,
        QuoteOrder: quote_order,
        QuoteRefund: quote_refund,
        ReceiveStock: receive_stock,
        RecountShift: recount_shift,
        ReceiveTransfer: receive_transfer,
        RefundOrder: refund_order,
        RegisterCompany: register_company,
        RegisterCustomer: register_customer,
        RegisterPackage: register_package,
        RegisterProduct: register_product,
        RegisterSetting: register_setting,
        RegisterUser: register_user,
        ReleaseReservation: release_reservation,
        RemoveImage: remove_image,
        RemoveVariant: remove_variant,
        ReserveStock: reserve_stock,
        ResetPassword: reset_password,
        ResetUsersPassword: reset_users_password,
        RetireDevice: retire_device,
        ReturnToSupplier: return_to_supplier,
        ReverseMovement: reverse_movement,
        RestoreCustomer: restore_customer,
        ResumeSale: resume_sale,
        ReviseCompany: revise_company,
        ReviseCustomer: revise_customer,
        ReviseImage: revise_image,
        RevisePackage: revise_package,
        ReviseProduct: revise_product,
        ReviseSetting: revise_setting,
        ReviseUser: revise_user,
        ReviseVariant: revise_variant,
        SetPin: set_pin,
        SendReceipt: send_receipt,
        SetReorderPoints: set_reorder_points,
        ShipTransfer: ship_transfer,
        Subscribe: subscribe,
        SuspendCompany: suspend_company,
        SwitchPackage: switch_package,
        SwitchSetting: switch_setting,
        TakeDelivery: take_delivery,
        TakeOverClose: take_over_close,
        TakeOverEnd: take_over_end,
        TakeOverExchange: take_over_exchange,
        TakeOverReturn: take_over_return,
        TakeOverMovement: take_over_movement,
        TakeOverOpening: take_over_opening,
        TakeOverRefund: take_over_refund,
        TakeOverSale: take_over_sale,
        TakeOverVoid: take_over_void,
        TakeReturn: take_return,
        TallyCount: tally_count,
        VoidOrder: void_order,
    }
)


@dataclass(frozen=True)
class Fact:
    """An event that is expected: of this kind, about that (None: whatever), saying this among others."""

    event: type[Aggregate.Event]
    about: UUID | None
    fields: Mapping[str, Any]


def fact(event: type[Aggregate.Event], about: UUID | None = None, /, **fields: Any) -> Fact:
    """An event that is expected."""
    return Fact(event, about, fields)


@dataclass(frozen=True)
class Outcome:
    """What came of a decision: the events as they will be read again, and the answer or the refusal."""

    recorded: list[tuple[type[Aggregate.Event], UUID, Any]]
    answer: Any = None
    refusal: Refusal | None = None
    is_repetition: bool = False

    def then(self, *facts: Fact) -> Self:
        """Exactly these events were recorded, in this order."""
        if self.refusal is not None:
            raise self.refusal
        recorded = [
            Fact(
                event,
                about if expected.about else None,
                {name: getattr(data, name) for name in expected.fields},
            )
            for (event, about, data), expected in zip(self.recorded, facts, strict=False)
            if event is expected.event
        ]
        kinds = [event.__qualname__ for event, _, _ in self.recorded]
        assert kinds == [expected.event.__qualname__ for expected in facts]
        assert recorded == list(facts)
        return self

    def then_nothing(self) -> Self:
        """It was allowed, and there was nothing to record."""
        return self.then()

    def then_repeated(self) -> Self:
        """It had been recorded before, so that nothing is recorded now."""
        self.then()
        assert self.is_repetition
        return self

    def then_refused(self, kind: type[Refusal], *fields: str) -> Self:
        """It was refused so, naming these fields as `field` or `field:code`, and nothing was recorded."""
        assert type(self.refusal) is kind, self.refusal
        assert self.refusal is not None
        codes = {detail["field"]: detail["code"] for detail in self.refusal.details}
        named = [field.partition(":") for field in fields]
        assert codes == {field: code or codes.get(field) for field, _, code in named}
        assert self.recorded == []
        return self


class Scenario:
    """A company in memory, and who decides about it. By default an admin does, at NOW."""

    def __init__(self) -> None:
        self.world = World()
        self._caller = caller()
        self._now = NOW

    def by(self, somebody: Caller) -> Self:
        """Somebody else decides."""
        self._caller = somebody
        return self

    def at(self, moment: datetime) -> Self:
        """It is decided at another moment."""
        self._now = moment
        return self

    def given(self, *things: Aggregate, company: UUID = COMPANY, at: datetime = FOUNDED) -> Self:
        """This was recorded before; packages in the platform's log, companies in their own."""
        for thing in things:
            home = thing.id if isinstance(thing, Company) else company
            log = PLATFORM_ID if isinstance(thing, Package) else home
            self._record(log, thing.new_events(), at)
        return self

    def given_session(
        self,
        session_id: UUID,
        user_id: UUID,
        company: UUID = COMPANY,
        *,
        lasts: timedelta = timedelta(hours=1),
    ) -> Self:
        """The user is signed in."""
        self.world.sessions[session_id] = Session(company, user_id, NOW + lasts)
        return self

    def given_password(self, user_id: UUID, password_hash: str) -> Self:
        """The user signs in with the password of this hash."""
        self.world.passwords[user_id] = password_hash
        return self

    def given_reset(self, user_id: UUID, token_hash: bytes, *, lasts: timedelta = timedelta(hours=1)) -> Self:
        """The user was sent a token to set another password with."""
        self.world.resets[user_id, token_hash] = NOW + lasts
        return self

    def when(
        self,
        command: Any,
        *,
        company: UUID = COMPANY,
        saying: str | None = None,
        handler: Callable[[Any, Work], Any] | None = None,
    ) -> Outcome:
        """Decide; `saying` is the content of the request, if it makes something."""
        content = Content(saying) if saying else None
        return self._decide(command, company, content, handler or HANDLERS[type(command)])

    def facts(self) -> list[tuple[type[Aggregate.Event], UUID, Any]]:
        """All that the company's log says so far."""
        return read_again(self._rows(COMPANY))

    def password_of(self, user_id: UUID) -> str | None:
        """The hash of the user's password."""
        return self.world.passwords.get(user_id)

    def pin_of(self, user_id: UUID) -> str | None:
        """The hash of the user's pin."""
        return self.world.pins.get(user_id)

    def approvals(self) -> list[Approval]:
        """What was approved."""
        return self.world.approvals

    def open_sessions(self) -> set[UUID]:
        """The sessions that have not ended."""
        return {one for one, session in self.world.sessions.items() if session.is_open}

    def _record(self, company_id: UUID, events: Iterable[Aggregate.Event], at: datetime) -> None:
        self.world.record(company_id, events, Metadata(at=at))

    def _decide(
        self, command: Any, company: UUID, content: Content | None, handler: Callable[[Any, Work], Any]
    ) -> Outcome:
        work = MemoryWork(self.world, company, self._caller, self._now, content)
        before = self._rows(company)
        try:
            answer = handler(command, work)
        except Refusal as refusal:
            return Outcome([], refusal=refusal)
        work.record()
        recorded = read_again(self._rows(company)[len(before) :])
        return Outcome(recorded, answer, is_repetition=work.is_repetition)

    def _rows(self, company: UUID) -> list[Row]:
        return list(self.world.journal[company])


def read_again(rows: Iterable[Row]) -> list[tuple[type[Aggregate.Event], UUID, Any]]:
    """What rows of the log say."""
    decoded = [(row["stream_id"], *EVENT_TYPES.decode(row)) for row in rows]
    return [(event, stream_id, data) for stream_id, event, data in decoded]


def with_permission(somebody: Caller, *keys: str) -> Caller:
    """The same person with more rights."""
    return replace(somebody, permissions=somebody.permissions | set(keys))
