"""Subscriptions: what comes of terms and of time."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.companies import Company
from domain.errors import Invalid
from domain.packages import Limits, Offer, month_around, months_after
from domain.subscriptions import Terms

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def offer(trial_days: int = 14, price: int = 100) -> Offer:
    return Offer(
        id=uuid4(),
        name="Any",
        price=price,
        billing_period="monthly",
        trial_days=trial_days,
        limits=Limits(),
    )


def company() -> Company:
    return Company.begin(Company.Registered, UUID(int=1), name="C", currency="EUR", timezone="UTC")


def steps(one: Company) -> list[str]:
    return [type(event).__name__ for event in one.new_events()]


class TestTime:
    def test_ends_a_trial_then_its_days_of_grace(self) -> None:
        one = company()
        one.subscribe(offer(), Terms(), NOW)
        one.fall_due(NOW + 13 * DAY)
        assert one.subscribed().status == "trial"
        one.fall_due(NOW + 14 * DAY)
        assert one.subscribed().status == "past_due"
        one.fall_due(NOW + 21 * DAY)
        assert one.subscribed().status == "expired"
        assert steps(one) == ["Registered", "Subscribed", "TrialEnded", "Expired"]

    def test_catches_up_in_one_go_and_only_once(self) -> None:
        one = company()
        one.subscribe(offer(trial_days=0), Terms(), NOW)
        one.fall_due(NOW + 365 * DAY)
        one.fall_due(NOW + 365 * DAY)
        assert steps(one) == ["Registered", "Subscribed", "PaymentOverdue", "Expired"]

    def test_leaves_archived_companies_alone(self) -> None:
        one = company()
        one.subscribe(offer(), Terms(), NOW)
        one.archive()
        one.fall_due(NOW + 365 * DAY)
        assert steps(one)[-1] == "Archived"


class TestTerms:
    def test_payment_within_the_days_of_grace_goes_on_where_the_period_ended(self) -> None:
        one, package = company(), offer(trial_days=0)
        one.subscribe(package, Terms(), NOW)
        ended = one.subscribed().period_ends_at
        assert ended == datetime(2026, 2, 28, 12, tzinfo=UTC)
        one.fall_due(ended + 3 * DAY)
        one.subscribe(package, Terms(status="active"), ended + 3 * DAY)
        assert one.subscribed().period_ends_at == datetime(2026, 3, 28, 12, tzinfo=UTC)

    def test_payment_after_them_begins_a_period_of_its_own(self) -> None:
        one, package = company(), offer(trial_days=0)
        one.subscribe(package, Terms(), NOW)
        later = NOW + 100 * DAY
        one.fall_due(later)
        one.subscribe(package, Terms(status="active"), later)
        assert one.subscribed().period_ends_at == months_after(later, 1)

    def test_whoever_has_paid_is_not_put_on_trial_by_another_package(self) -> None:
        one = company()
        one.subscribe(offer(trial_days=0), Terms(), NOW)
        one.subscribe(offer(), Terms(), NOW)
        assert one.subscribed().status == "active"

    def test_a_trial_of_a_package_without_one_needs_an_end(self) -> None:
        with pytest.raises(Invalid) as refused:
            company().subscribe(offer(trial_days=0), Terms(status="trial"), NOW)
        assert refused.value.details[0]["field"] == "trial_ends_at"

    def test_what_is_so_already_records_nothing(self) -> None:
        one, package = company(), offer()
        one.subscribe(package, Terms(), NOW)
        one.new_events()
        for terms in (Terms(), Terms(status="trial")):
            one.subscribe(package, terms, NOW + DAY)
        assert steps(one) == []


class TestTheCalendar:
    @pytest.mark.parametrize(
        ("moment", "months", "later"),
        [
            ("2026-01-31T12:00:00+00:00", 1, "2026-02-28T12:00:00+00:00"),
            ("2024-01-31T12:00:00+00:00", 1, "2024-02-29T12:00:00+00:00"),
            ("2024-02-29T12:00:00+00:00", 12, "2025-02-28T12:00:00+00:00"),
            ("2026-12-15T00:00:00+00:00", 1, "2027-01-15T00:00:00+00:00"),
        ],
    )
    def test_a_month_later_is_the_same_day_or_the_last_one(
        self, moment: str, months: int, later: str
    ) -> None:
        assert months_after(datetime.fromisoformat(moment), months).isoformat() == later

    @pytest.mark.parametrize(
        ("moment", "timezone", "begins", "ends"),
        [
            ("2026-03-31T22:30:00+00:00", "Europe/Berlin", "2026-03-31T22:00", "2026-04-30T22:00"),
            ("2026-03-31T21:30:00+00:00", "Europe/Berlin", "2026-02-28T23:00", "2026-03-31T22:00"),
            ("2026-12-31T23:30:00+00:00", "UTC", "2026-12-01T00:00", "2027-01-01T00:00"),
            ("2026-01-01T02:00:00+00:00", "America/New_York", "2025-12-01T05:00", "2026-01-01T05:00"),
        ],
    )
    def test_a_month_is_that_of_the_zone(self, moment: str, timezone: str, begins: str, ends: str) -> None:
        first, last = month_around(datetime.fromisoformat(moment), timezone)
        assert (first.isoformat()[:16], last.isoformat()[:16]) == (begins, ends)
