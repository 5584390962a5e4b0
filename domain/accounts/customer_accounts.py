"""What of a customer's two accounts is decided together: nothing falls below zero, no limit is passed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Self
from uuid import UUID

from domain.accounts.entries import Account, AccountEntry, Allocation, Posting, StoreCredit
from domain.accounts.lots import Lot, Lots
from domain.errors import Conflict
from domain.money import checked


class InsufficientCredit(Conflict):
    """The customer has not as much store credit."""

    code = "insufficient_credit"
    remedy = "Take at most the `balance` from the credit, and the rest in another way."
    amounts: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"balance": "What they can spend today.", "asked": "What was to be taken."}
    )

    @classmethod
    def by(cls, asked: int, *, balance: int, field: str) -> Self:
        """So much was to be taken of what they can spend; both in minor currency units."""
        message = f"They have {balance} to their credit; {asked} is too much."
        refusal = cls.in_fields(field, message=message)
        refusal.beside.update(balance=balance, asked=asked)
        return refusal


class CreditLimitExceeded(Conflict):
    """The customer would owe more than was agreed."""

    code = "credit_limit_exceeded"
    remedy = "Have part of it paid at once, or raise the customer's `credit_limit`."
    amounts: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "limit": "The most they may owe.",
            "due": "What they owe already.",
            "asked": "What they were to owe besides.",
        }
    )

    @classmethod
    def by(cls, asked: int, *, limit: int, due: int, field: str | None = None) -> Self:
        """They may owe this, owe that, and would owe so much besides; all in minor currency units."""
        message = f"They may owe {limit} (`credit_limit`) and owe {due}; {asked} more is too much."
        refusal = cls.in_fields(field, message=message)
        refusal.beside.update(limit=limit, due=due, asked=asked)
        return refusal


class PaymentExceedsDue(Conflict):
    """It is more than is owed."""

    code = "payment_exceeds_due"
    field = "amount"
    remedy = "Take at most what is owed."


@dataclass(slots=True, kw_only=True)
class CustomerAccounts:
    """The accounts of a customer, held by a decision; what it enters is in `entries`, to be saved at its end.

    `credit_limit` None: they buy nothing on account. `timezone` is the company's, by which its own day ends.
    """

    customer_id: UUID
    store_credit: Lots
    dues: Lots
    new_id: Callable[[], UUID]
    credit_limit: int | None = None
    terms_days: int | None = None
    is_archived: bool = False
    timezone: str = "UTC"
    entries: list[AccountEntry] = field(default_factory=list)

    def issue(self, amount: int, posting: Posting, *, reason: str | None = None) -> None:
        """Give credit for what came back, or was paid too much."""
        self._bring_credit(StoreCredit.Issued, amount, posting, reason=reason)

    def give_back(self, amount: int, posting: Posting) -> None:
        """Give credit back that was spent on what is taken back."""
        self._bring_credit(StoreCredit.Returned, amount, posting)

    def spend(self, amount: int, posting: Posting, *, field: str = "payments") -> None:
        """Pay with credit, as that field of a request says. Raises InsufficientCredit."""
        self._take_credit(StoreCredit.Spent, amount, posting, field=field)

    def spendable(self, today: date) -> int:
        """How much credit can be spent on a day, in minor currency units."""
        return sum(lot.remaining for lot in self.store_credit.usable(today))

    def adjust(self, amount: int, posting: Posting, *, reason: str, expires_on: date | None = None) -> None:
        """Give credit, or take it away if the amount is negative. Raises InsufficientCredit."""
        if amount > 0:
            self._bring_credit(StoreCredit.Adjusted, amount, posting, reason=reason, expires_on=expires_on)
        else:
            self._take_credit(StoreCredit.Adjusted, -amount, posting, field="amount", reason=reason)

    def expire(self, posting: Posting) -> bool:
        """Let credit lapse whose last day is over, and say whether there was any."""
        ended = self.store_credit.ended(posting.business_date)
        if ended:
            self._let_go(StoreCredit.Expired, ended, posting)
        return bool(ended)

    def check_limit(self, amount: int, field: str | None = None) -> None:
        """Raise CreditLimitExceeded if they would owe more than they may, as that field of a request says."""
        limit, due = self.credit_limit or 0, self.dues.balance
        if due + amount > limit:
            raise CreditLimitExceeded.by(amount, limit=limit, due=due, field=field)

    def charge(
        self,
        amount: int,
        posting: Posting,
        *,
        due_on: date | None = None,
        is_checked: bool = True,
        field: str | None = None,
    ) -> None:
        """Sell on account, due after the days agreed unless a day is named. Raises CreditLimitExceeded.

        What was sold already is charged without looking at the limit (`is_checked` false).
        """
        if is_checked:
            self.check_limit(amount, field)
        due_on = due_on or posting.business_date + timedelta(days=self.terms_days or 0)
        self._bring(self.dues, Account.Charged, amount, posting, ends_on=due_on, due_on=due_on)

    def settle(
        self,
        amount: int,
        posting: Posting,
        *,
        method: str,
        reference: str | None = None,
        order_ids: Collection[UUID] = (),
        as_credit: bool = False,
    ) -> None:
        """Take a payment of what they owe, of these orders alone if any are named; oldest first.

        More than that becomes credit, if it is to (`as_credit`). Raises PaymentExceedsDue.
        """
        lots = self.dues.of_orders(order_ids) if order_ids else list(self.dues.lots)
        due = sum(lot.remaining for lot in lots)
        if amount > due and not as_credit:
            raise PaymentExceedsDue(f"They owe {due} of that.")
        paid = min(amount, due)
        if paid:
            details: dict[str, Any] = {"method": method, "reference": reference}
            self._take(self.dues, Account.Settled, paid, posting, lots, **details)
        if amount > paid:
            self.issue(amount - paid, posting)

    def credit(self, amount: int, posting: Posting) -> None:
        """Take back what was sold on account: less is owed, of its order first.

        What is not owed any more becomes credit.
        """
        due = min(amount, self.dues.balance)
        if due:
            is_own = _is_of(posting.order_id)
            self._take(self.dues, Account.Credited, due, posting, self.dues.lots, first=is_own)
        if amount > due:
            self.issue(amount - due, posting)

    def forfeit(self, posting: Posting, *, reason: str) -> None:
        """Write off what they owe, and let go of what they have to their credit."""
        if self.dues.lots:
            self._let_go(Account.WrittenOff, self.dues.lots, posting, reason=reason)
        if self.store_credit.lots:
            self._let_go(StoreCredit.Expired, self.store_credit.lots, posting, reason=reason)

    def move_to(self, other: "CustomerAccounts", posting: Posting) -> None:
        """Hand everything over to the customer that this one turned out to be; every lot keeps its day."""
        for own, theirs, event, end in (
            (self.store_credit, other.store_credit, StoreCredit.Moved, "expires_on"),
            (self.dues, other.dues, Account.Moved, "due_on"),
        ):
            lots = list(own.lots)
            if lots:
                self._let_go(event, lots, posting, from_customer_id=self.customer_id)
            for lot in lots:
                other._bring(  # noqa: SLF001 another of its own kind
                    theirs,
                    event,
                    lot.remaining,
                    replace(posting, store_id=lot.store_id, order_id=lot.order_id),
                    ends_on=lot.ends_on,
                    from_customer_id=self.customer_id,
                    **{end: lot.ends_on},
                )

    def _bring_credit(
        self,
        event: type[StoreCredit.Entered],
        amount: int,
        posting: Posting,
        *,
        expires_on: date | None = None,
        **details: Any,
    ) -> None:
        ends: dict[str, Any] = {"ends_on": expires_on, "expires_on": expires_on}
        self._bring(self.store_credit, event, amount, posting, **ends, **details)

    def _take_credit(
        self, event: type[StoreCredit.Entered], amount: int, posting: Posting, *, field: str, **details: Any
    ) -> None:
        balance = self.spendable(posting.business_date)
        if amount > balance:
            raise InsufficientCredit.by(amount, balance=balance, field=field)
        lots = self.store_credit.usable(posting.business_date)
        self._take(self.store_credit, event, amount, posting, lots, **details)

    def _bring(
        self,
        account: Lots,
        event: type[AccountEntry.Recorded],
        amount: int,
        posting: Posting,
        *,
        ends_on: date | None,
        **details: Any,
    ) -> None:
        entry_id = self.new_id()
        checked(account.balance + checked(amount))
        account.add(
            Lot(
                id=entry_id,
                remaining=amount,
                business_date=posting.business_date,
                ends_on=ends_on,
                order_id=posting.order_id,
                store_id=posting.store_id,
            )
        )
        self._enter(event, amount, account, posting, entry_id=entry_id, **details)

    def _take(
        self,
        account: Lots,
        event: type[AccountEntry.Recorded],
        amount: int,
        posting: Posting,
        of: Collection[Lot],
        *,
        first: Callable[[Lot], bool] = lambda _: False,
        **details: Any,
    ) -> None:
        allocations = account.take(amount, of, first)
        self._enter(event, -amount, account, posting, allocations=allocations, **details)

    def _let_go(
        self,
        event: type[AccountEntry.Recorded],
        lots: Collection[Lot],
        posting: Posting,
        **details: Any,
    ) -> None:
        account = self.store_credit if issubclass(event, StoreCredit.Entered) else self.dues
        self._take(account, event, sum(lot.remaining for lot in lots), posting, lots, **details)

    def _enter(
        self,
        event: type[AccountEntry.Recorded],
        amount: int,
        account: Lots,
        posting: Posting,
        *,
        entry_id: UUID | None = None,
        allocations: tuple[Allocation, ...] = (),
        **details: Any,
    ) -> None:
        kind = StoreCredit if issubclass(event, StoreCredit.Entered) else Account
        self.entries.append(
            kind.begin(
                event,
                entry_id or self.new_id(),
                customer_id=self.customer_id,
                amount=amount,
                balance=account.balance,
                occurred_at=posting.occurred_at,
                business_date=posting.business_date,
                store_id=posting.store_id,
                order_id=posting.order_id,
                refund_id=posting.refund_id,
                allocations=allocations,
                **details,
            )
        )


def _is_of(order_id: UUID | None) -> Callable[[Lot], bool]:
    return lambda lot: order_id is not None and lot.order_id == order_id
