"""Taking goods back whose order nobody knows: priced and taxed as the store sells them now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commands.accounts.tenders import give_back, hold_accounts, save_entries
from commands.fiscal.signing import sign_receipt
from commands.moments import moment_of
from commands.orders.baskets import PRICE_OVERRIDE, PriceOverrideNotAllowed, store_of
from commands.orders.offline_facts import OfflineFact
from commands.orders.paying_tills import PayingTill, hold_till
from commands.orders.payments import ask_methods, tenders_of
from commands.orders.refunds import RefundWork
from commands.orders.returned_goods import no_storage
from commands.orders.unlinked_goods import ReturnedItem, lines_of, restocked, take_in, wrong_items
from commands.ports import UnitOfWork
from commands.stock.counts.corrections import correct_counts
from domain.accounts import CustomerAccounts, Posting
from domain.errors import Invalid
from domain.orders import Offline, RefundPayment
from domain.payments import Tender
from domain.pending import Pending
from domain.pricing import Item, PricedBasket, price
from domain.sale_context import SaleContext
from domain.shifts.late_facts import LateFact
from domain.stock.levels import Level
from domain.stock.movements import MovementLine, StockMovement
from domain.unlinked_returns import LinkedReturnExists, Reference, UnlinkedReturn, pay_out


@dataclass(frozen=True, kw_only=True)
class TakeReturn:
    """Take goods back without their order. A till that names the return (`id`) may send it again."""

    id: UUID | None = None
    lines: tuple[ReturnedItem, ...]
    tenders: tuple[Tender, ...]
    reason: str
    store_id: UUID | None = None
    register_id: UUID | None = None
    customer_id: UUID | None = None
    #: What the customer has in hand instead of a receipt of ours.
    external_reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None


def take_return(command: TakeReturn, work: RefundWork) -> UnlinkedReturn:
    """Take goods back, once: the same request again answers with the return that it made.

    Price, money and stock are decided together, on what is locked. Raises Invalid, OtherStore, StoreClosed,
    LinkedReturnExists, PriceOverrideNotAllowed, PaymentInsufficient, PaymentExceedsTotal, ApprovalNotValid,
    NoOpenShift, TooFarBack, BeforeTheCompany, DuplicateId, QuantityNotValid, AmountNotValid, AmountTooLarge.
    """
    return record_return(command, work)


def record_return(command: TakeReturn, work: RefundWork, made: OfflineFact | None = None) -> UnlinkedReturn:
    """The same; what was `made` without a connection stands, with flags."""
    earlier = work.find_earlier(UnlinkedReturn, UnlinkedReturn.Taken, command.id)
    methods = ask_methods(command.tenders, work)
    named = command.external_reference
    linked = work.sales.is_known(Reference(named)) if named else Pending(lambda: False)
    if existing := earlier.read():
        return existing
    if linked.read():
        raise LinkedReturnExists
    context = _context(command, work, is_told_later=made is not None)
    basket = _price(command, context, work)
    offers = tenders_of(command.tenders, methods.read())
    payments = pay_out(basket.total, offers, context.rules.cash_rounding)
    work.caller.check_approved_amount(sum(payment.amount for payment in payments))
    occurred_at = _moment(command, context, work, made)
    storage_id, levels = _hold_levels(command, context, work)
    methods_used = [payment.method for payment in payments]
    held = hold_accounts(methods_used, command.customer_id, work, flags=made.flags if made else None)
    paying = made.hold_till(context, work) if made else hold_till(context, work).read()
    accounts = held.read()
    return_id = command.id or work.new_id()
    if made:
        made.note(LateFact.of_return(return_id, payments, basket.total), work)
    return _record(
        command,
        context,
        _Return(
            return_id=return_id,
            paying=paying,
            occurred_at=occurred_at,
            basket=basket,
            payments=payments,
            storage_id=storage_id,
            moved=take_in(command.lines, context, levels),
            levels=levels,
            offline=made.offline(work.now) if made else None,
            accounts=accounts,
        ),
        work,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Return:
    """What was decided of a return; `moved` is what it brings into the storage, by the place of the line."""

    return_id: UUID
    paying: PayingTill
    occurred_at: datetime
    basket: PricedBasket
    payments: tuple[RefundPayment, ...]
    storage_id: UUID | None
    moved: Mapping[int, MovementLine]
    levels: Mapping[UUID, Level]
    offline: Offline | None
    accounts: CustomerAccounts | None


def _context(command: TakeReturn, work: RefundWork, *, is_told_later: bool) -> SaleContext:
    """Where it is paid, and what the goods are there. Raises Invalid, OtherStore, StoreClosed."""
    context = work.sales.context(
        store_id=command.store_id,
        register_id=command.register_id,
        store_ids=work.caller.store_ids,
        variant_ids=(line.variant_id for line in command.lines),
        customer_id=command.customer_id,
        lock=False,
        is_told_later=is_told_later,
    )
    if wrong := list(wrong_items(command.lines, context)):
        raise Invalid(details=wrong)
    return context


def _moment(
    command: TakeReturn, context: SaleContext, work: RefundWork, made: OfflineFact | None
) -> datetime:
    """When it happened. Raises TooFarBack, BeforeTheCompany."""
    if made:
        return made.moment(context, None, work)
    return moment_of(command.occurred_at, "A return", work, context.backdating)


def _price(command: TakeReturn, context: SaleContext, work: UnitOfWork) -> PricedBasket:
    """Price it as a sale of now. More than the goods cost takes the right to override prices."""
    variants = [context.variants[line.variant_id] for line in command.lines]
    is_above = any(line.unit_price > own.price for line, own in zip(command.lines, variants, strict=True))
    if is_above and PRICE_OVERRIDE not in work.caller.permissions:
        raise PriceOverrideNotAllowed.without(PRICE_OVERRIDE)
    items = [
        Item(
            variant_id=variant.id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            tax_rates=variant.tax_rates,
        )
        for line, variant in zip(command.lines, variants, strict=True)
    ]
    return price(items, (), context.rules)


def _hold_levels(
    command: TakeReturn, context: SaleContext, work: RefundWork
) -> tuple[UUID | None, Mapping[UUID, Level]]:
    """Hold the balances of what is put back, and where that is; nowhere if nothing is."""
    goods = [line for _, line in restocked(command.lines, context)]
    storage_id = store_of(context).storage_id
    if not goods:
        return None, {}
    if storage_id is None:
        raise no_storage()
    variants, quantities = (line.variant_id for line in goods), (line.quantity for line in goods)
    return storage_id, work.stock.lock({"storage_id": storage_id}, variants, quantities=quantities).levels()


def _record(command: TakeReturn, context: SaleContext, decided: _Return, work: RefundWork) -> UnlinkedReturn:
    store = decided.paying.store
    day = store.business_date(decided.occurred_at)
    taken = UnlinkedReturn.take(
        decided.return_id,
        till=decided.paying.till,
        shift_id=decided.paying.shift_id,
        customer_id=command.customer_id,
        storage_id=decided.storage_id,
        business_date=day,
        hour=store.hour(decided.occurred_at),
        occurred_at=decided.occurred_at,
        rules=context.rules,
        lines=lines_of(command.lines, context, decided.basket, decided.moved, work),
        basket=decided.basket,
        payments=decided.payments,
        reason=command.reason,
        external_reference=command.external_reference,
        note=command.note,
        approved_by=work.caller.approved_by,
        offline=decided.offline,
        fiscal=sign_receipt(
            "return",
            decided.return_id,
            decided.paying.till,
            total=decided.basket.total,
            taxes=decided.basket.taxes,
            payments=decided.payments,
            currency=context.rules.currency,
            occurred_at=decided.occurred_at,
            offline=decided.offline,
            work=work,
        ),
    )
    posting = Posting(
        occurred_at=decided.occurred_at, business_date=day, store_id=store.id, refund_id=taken.id
    )
    give_back(decided.accounts, decided.payments, posting)
    work.save(taken)
    save_entries(decided.accounts, work)
    if decided.storage_id and decided.moved:
        returned = StockMovement.begin(
            StockMovement.Returned,
            work.new_id(),
            storage_id=decided.storage_id,
            occurred_at=decided.occurred_at,
            business_date=day,
            refund_id=taken.id,
            lines=tuple(decided.moved.values()),
        )
        work.save(returned, *correct_counts(returned, taken.id, decided.levels, work))
    return taken
