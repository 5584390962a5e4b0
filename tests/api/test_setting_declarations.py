"""A kind of setting is declared as its events have it; otherwise nothing starts."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from api.fields import Name, Percent
from api.settings import Declaration
from api.settings.declaration import WronglyDeclared
from domain.entities import NotRevisable
from domain.kinds import SETTINGS
from domain.settings import Setting

FIELDS = {
    "name": Name(required=True, meaning="What it is called."),
    "rate": Percent(required=True, meaning="What is given back."),
}


class LoyaltyProgram(Setting):
    """A kind whose rate was forgotten among the events that revise it."""

    type_name = "tests.LoyaltyProgram"
    kind = "loyalty-programs"
    noun = "loyalty program"

    class Registered(Setting.Registered):
        """A program was set up."""

        name: str
        rate: int

    class Renamed(Setting.Revised):
        """It goes by another name."""

        name: str


def declare(**parts: Any) -> Declaration:
    fields = parts.pop("fields", FIELDS)
    return Declaration(kind=LoyaltyProgram, path="/programs", permission="programs", fields=fields, **parts)


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind is listed among all the others."""
    monkeypatch.setattr("api.settings.declaration.SETTINGS", (*SETTINGS, LoyaltyProgram))


def test_a_kind_that_is_not_listed_is_refused() -> None:
    with pytest.raises(WronglyDeclared, match=r"^LoyaltyProgram is .*not listed in domain/kinds\.py"):
        declare(fixed=("rate",))


@pytest.mark.usefixtures("listed")
class TestAKindThatIsListed:
    def test_may_not_take_a_field_that_its_first_event_lacks(self) -> None:
        percent = {"name": FIELDS["name"], "percent": FIELDS["rate"]}
        with pytest.raises(WronglyDeclared, match=r"^percent .*not in LoyaltyProgram\.Registered"):
            declare(fields=percent, fixed=("percent",))

    def test_may_not_let_a_field_be_edited_that_no_event_revises(self) -> None:
        with pytest.raises(NotRevisable, match=r"^rate of LoyaltyProgram .*none of its Revised events"):
            declare()

    def test_may_have_a_field_that_stays(self) -> None:
        assert set(declare(fixed=("rate",)).edit.fields) == {"name"}

    def test_is_looked_at_again_when_a_declaration_is_taken_over(self) -> None:
        with pytest.raises(NotRevisable, match="rate"):
            replace(declare(fixed=("rate",)), fixed=())


def test_a_change_that_no_event_carries_is_an_error_and_records_nothing() -> None:
    program = LoyaltyProgram.begin(LoyaltyProgram.Registered, UUID(int=1), name="Points", rate=2)
    program.new_events()
    with pytest.raises(NotRevisable, match="rate of LoyaltyProgram"):
        program.revise({"name": "Stars", "rate": 3})
    assert (program.new_events(), program.values) == ([], {"name": "Points", "rate": 2})
