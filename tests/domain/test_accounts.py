"""Customers' accounts, whatever happens to them: what they hold is the sum of what was entered."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.accounts import Account, Ageing, CustomerAccounts, Lots, Posting, StoreCredit, age
from domain.errors import Conflict

BEGIN = date(2026, 1, 1)
ORDERS = [UUID(int=number) for number in (1, 2, 3)]
AMOUNTS = st.integers(1, 500)
DAYS = st.integers(0, 100)

STEPS = st.one_of(
    st.tuples(st.just("issue"), AMOUNTS),
    st.tuples(st.just("give_back"), AMOUNTS),
    st.tuples(st.just("spend"), AMOUNTS),
    st.tuples(st.just("adjust"), AMOUNTS | AMOUNTS.map(lambda amount: -amount)),
    st.tuples(st.just("charge"), AMOUNTS),
    st.tuples(st.just("settle"), AMOUNTS),
    st.tuples(st.just("credit"), AMOUNTS),
    st.tuples(st.just("expire"), AMOUNTS),
)


class Ids:
    """Ids in order."""

    def __init__(self) -> None:
        self.last = 1000

    def __call__(self) -> UUID:
        self.last += 1
        return UUID(int=self.last)


def accounts_of(customer: int = 1, ids: Ids | None = None) -> CustomerAccounts:
    """A customer who has and owes nothing, and may owe 1,000 for ten days."""
    return CustomerAccounts(
        customer_id=UUID(int=customer),
        store_credit=Lots([]),
        dues=Lots([]),
        new_id=ids or Ids(),
        credit_limit=1000,
        terms_days=10,
    )


def on(day: int, order_id: UUID | None = None) -> Posting:
    today = BEGIN + timedelta(days=day)
    return Posting(
        occurred_at=datetime(today.year, today.month, today.day),  # noqa: DTZ001 nothing looks at it
        business_date=today,
        order_id=order_id,
    )


def do(accounts: CustomerAccounts, step: tuple[str, int], day: int, order_id: UUID) -> None:
    """Do it, unless that is refused."""
    name, amount = step
    posting = on(day, order_id)
    more: dict[str, Any] = {}
    if name == "adjust":
        more = {"reason": "so", "expires_on": posting.business_date if amount > 250 else None}
    if name == "settle":
        more = {"method": "card", "as_credit": amount % 2 == 0}
    try:
        if name == "expire":
            accounts.expire(posting)
        else:
            getattr(accounts, name)(amount, posting, **more)
    except Conflict:
        return


JOURNEYS = st.lists(st.tuples(STEPS, st.sampled_from(ORDERS), st.integers(0, 20)), max_size=40)


def travelled(journey: list[tuple[tuple[str, int], UUID, int]]) -> CustomerAccounts:
    accounts, day = accounts_of(), 0
    for step, order_id, days in journey:
        day += days
        do(accounts, step, day, order_id)
    return accounts


@given(JOURNEYS)
def test_a_balance_is_the_sum_of_its_entries_and_never_below_zero(journey: Any) -> None:
    accounts = travelled(journey)
    for kind, lots in ((StoreCredit, accounts.store_credit), (Account, accounts.dues)):
        balance = 0
        for entry in (one for one in accounts.entries if isinstance(one, kind)):
            balance += entry.amount
            assert entry.balance == balance >= 0
        assert lots.balance == balance


@given(JOURNEYS)
def test_what_is_taken_is_taken_of_lots_that_have_it(journey: Any) -> None:
    accounts = travelled(journey)
    left: dict[UUID, int] = {}
    for entry in accounts.entries:
        if entry.amount > 0:
            left[entry.id] = entry.amount
        else:
            assert sum(one.amount for one in entry.allocations) == -entry.amount
        for one in entry.allocations:
            left[one.lot_id] -= one.amount
            assert left[one.lot_id] >= 0
    lots = [*accounts.store_credit.lots, *accounts.dues.lots]
    assert {lot.id: lot.remaining for lot in lots} == {one: rest for one, rest in left.items() if rest}


@given(JOURNEYS)
def test_nothing_is_spent_after_its_last_day(journey: Any) -> None:
    accounts = travelled(journey)
    ends = {entry.id: entry.expires_on for entry in accounts.entries if isinstance(entry, StoreCredit)}
    for entry in accounts.entries:
        if isinstance(entry, StoreCredit) and entry.kind == "spent":
            assert all((ends[one.lot_id] or date.max) >= entry.business_date for one in entry.allocations)


@given(JOURNEYS)
def test_nobody_owes_more_than_they_may(journey: Any) -> None:
    assert all(entry.balance <= 1000 for entry in travelled(journey).entries if isinstance(entry, Account))


@given(JOURNEYS)
def test_what_moves_is_what_was_there(journey: Any) -> None:
    accounts = travelled(journey)
    other = accounts_of(2, accounts.new_id)  # type: ignore[arg-type]  # it is the same
    credit, dues = accounts.store_credit.balance, accounts.dues.balance
    ends = sorted((str(lot.ends_on), lot.remaining) for lot in accounts.dues.lots)
    accounts.move_to(other, on(1000))
    assert (accounts.store_credit.balance, accounts.dues.balance) == (0, 0)
    assert (other.store_credit.balance, other.dues.balance) == (credit, dues)
    assert sorted((str(lot.ends_on), lot.remaining) for lot in other.dues.lots) == ends


@given(st.lists(st.tuples(st.dates(date(2025, 1, 1), date(2026, 12, 31)), AMOUNTS)))
def test_ageing_adds_up_to_what_is_owed(dues: list[tuple[date, int]]) -> None:
    ages = age(dues, date(2026, 6, 1))
    whole = ages.current + ages.d30 + ages.d60 + ages.d90 + ages.older
    assert whole == sum(amount for _, amount in dues)


def test_ageing_begins_on_the_day_after_the_last() -> None:
    today = date(2026, 6, 1)
    late = [(today - timedelta(days=days), 1 << at) for at, days in enumerate((-1, 0, 1, 30, 31, 60, 61))]
    late += [(today - timedelta(days=days), 1 << at) for at, days in ((7, 90), (8, 91))]
    assert age(late, today) == Ageing(current=3, d30=12, d60=48, d90=192, older=256)
