"""An answer is declared once: its fields mean something, are written as declared, and hidden by field."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from api.answers import (
    Answer,
    Cost,
    Day,
    FieldWithoutMeaning,
    Id,
    Meaning,
    Moment,
    Money,
    Quantity,
    fields_of,
)
from api.answers.hiding import hide, hide_in_body, permissions_in
from api.fields import Body, Many, Object, Whole
from api.openapi.records import NotAnAnswer, Records, TwoRecordsOfOneName
from api.operations import SIGNED_IN, Operation

NOBODY = frozenset[str]()
ACCOUNTANT = frozenset({"costs.view"})
ID = UUID("5ab6c6a2-60ec-4a5c-b0c9-6a1a2b7d4c11")


class CrateLineAnswer(Answer):
    """A line of a crate."""

    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    unit_cost: Annotated[Money, Cost("What one cost.", 200)]


class CrateAnswer(Answer):
    """A crate."""

    id: Annotated[Id, Meaning("Its id.")]
    kind: Annotated[Literal["open", "closed"] | None, Meaning("Which kind.")]
    packed: Annotated[Day, Meaning("The day it was packed.")]
    sent_at: Annotated[Moment | None, Meaning("When it was sent.")]
    weight: Annotated[Quantity, Meaning("How heavy it is.")]
    lines: Annotated[list[CrateLineAnswer], Meaning("The lines.")]
    first: Annotated[CrateLineAnswer | None, Meaning("The first line.")]
    value: Annotated[Money, Cost("What it is worth.", 400)]
    label: Annotated[str, Meaning("What it says on it, if anything.")] | UnsetType = UNSET


class LostCrateAnswer(Answer):
    """A crate that nobody can find."""

    id: Annotated[Id, Meaning("Its id.")]


def crate() -> CrateAnswer:
    return CrateAnswer(
        id=ID,
        kind="open",
        packed=date(2026, 3, 14),
        sent_at=datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC),
        weight=Decimal("2.50"),
        lines=[CrateLineAnswer(name="Beans", unit_cost=200)],
        first=CrateLineAnswer(name="Beans", unit_cost=200),
        value=400,
    )


def body_of(data: Any) -> bytes:
    return msgspec.json.encode({"success": True, "message": "OK", "data": data})


WHOLE = {
    "id": str(ID),
    "kind": "open",
    "packed": "2026-03-14",
    "sent_at": "2026-03-14T09:26:53Z",
    "weight": "2.50",
    "lines": [{"name": "Beans", "unit_cost": 200}],
    "first": {"name": "Beans", "unit_cost": 200},
    "value": 400,
}
WITHOUT_COSTS = {**WHOLE, "lines": [{"name": "Beans"}], "first": {"name": "Beans"}}
del WITHOUT_COSTS["value"]


class TestAFieldWithoutMeaning:
    def test_is_named_with_its_record_and_declares_no_operation(self) -> None:
        class SilentAnswer(Answer):
            text: Annotated[str, Meaning("Something.")]
            silent: str

        with pytest.raises(FieldWithoutMeaning, match=r"SilentAnswer\.silent"):
            Operation(permission=SIGNED_IN, summary="Show something", answer=SilentAnswer)

    def test_is_found_within_other_records(self) -> None:
        class InnerAnswer(Answer):
            silent: int | None

        class OuterAnswer(Answer):
            inner: Annotated[list[InnerAnswer] | None, Meaning("What is in it.")]

        with pytest.raises(FieldWithoutMeaning, match=r"InnerAnswer\.silent"):
            Operation(permission=SIGNED_IN, summary="Show something", answer=CrateAnswer | OuterAnswer)

    def test_is_refused_in_what_is_asked_as_well(self) -> None:
        class LineBody(Body):
            quantity = Whole()

        class BasketBody(Body):
            lines = Many(Object(LineBody()), longest=3, meaning="The lines.")

        with pytest.raises(FieldWithoutMeaning, match=r"LineBody\.quantity"):
            Operation(permission=SIGNED_IN, summary="Sell something", body=BasketBody())


class TestHiding:
    def test_shows_everything_to_whoever_may_see_it(self) -> None:
        data = crate()
        hide(CrateAnswer, data, ACCOUNTANT)
        assert msgspec.json.decode(msgspec.json.encode(data)) == WHOLE

    def test_leaves_out_what_takes_a_permission_at_any_depth(self) -> None:
        data = [crate()]
        hide(CrateAnswer, data, NOBODY)
        assert msgspec.json.decode(msgspec.json.encode(data)) == [WITHOUT_COSTS]

    def test_finds_it_in_rows_of_several_records(self) -> None:
        rows = [LostCrateAnswer(id=ID), crate()]
        hide(CrateAnswer | LostCrateAnswer, rows, NOBODY)
        assert msgspec.json.decode(msgspec.json.encode(rows)) == [{"id": str(ID)}, WITHOUT_COSTS]

    def test_leaves_out_the_same_of_a_stored_body(self) -> None:
        body = body_of([crate()])
        assert hide_in_body(CrateAnswer, body, ACCOUNTANT) == body
        assert hide_in_body(CrateAnswer, body, NOBODY) == body_of([WITHOUT_COSTS])

    def test_a_stored_body_may_lack_fields_that_came_later(self) -> None:
        body = body_of({"id": str(ID), "lines": None})
        assert hide_in_body(CrateAnswer, body, NOBODY) == body

    def test_concerns_only_what_a_record_declares(self) -> None:
        assert permissions_in(CrateAnswer) == {"costs.view"}
        assert permissions_in(LostCrateAnswer) == permissions_in(None) == frozenset()


class TestARecordOfSomething:
    def test_takes_over_its_fields_those_within_it_included(self) -> None:
        line = SimpleNamespace(name="Beans", unit_cost=200, shelf="A3")
        crate_ = SimpleNamespace(
            **{name: getattr(crate(), name) for name in CrateAnswer.__struct_fields__}
            | {"lines": (line,), "first": None, "label": "up"}
        )
        shown = CrateAnswer.of(crate_)
        assert shown.lines == [CrateLineAnswer(name="Beans", unit_cost=200)]
        assert (shown.first, shown.label, shown.weight) == (None, "up", Decimal("2.50"))

    def test_does_not_take_what_it_does_not_declare(self) -> None:
        with pytest.raises(msgspec.ValidationError, match="unit_cost"):
            CrateLineAnswer.of({"name": "Beans", "unit_cost": "200"})


class TestTheDocument:
    @pytest.fixture
    def component(self) -> dict[str, Any]:
        records = Records()
        assert records.schema_of(CrateAnswer) == {"$ref": "#/components/schemas/Crate"}
        return records.components()["Crate"]

    def test_says_meaning_unit_and_example(self, component: dict[str, Any]) -> None:
        assert component["properties"]["value"] == {
            "type": "integer",
            "minimum": 0,
            "format": "int64",
            "description": "What it is worth. Only with `costs.view`. In minor currency units.",
            "examples": [400],
            "x-permission": "costs.view",
        }

    def test_says_what_may_be_null(self, component: dict[str, Any]) -> None:
        properties = component["properties"]
        assert (properties["kind"]["type"], properties["kind"]["enum"]) == (
            ["string", "null"],
            ["open", "closed", None],
        )
        assert (properties["sent_at"]["type"], properties["sent_at"]["format"]) == (
            ["string", "null"],
            "date-time",
        )
        assert properties["first"]["anyOf"] == [
            {"$ref": "#/components/schemas/CrateLine"},
            {"type": "null"},
        ]

    def test_requires_what_is_always_there_for_everybody(self, component: dict[str, Any]) -> None:
        assert set(component["properties"]) - set(component["required"]) == {"value", "label"}

    def test_has_no_two_records_of_one_name(self) -> None:
        first = msgspec.defstruct("TwinAnswer", [("id", Annotated[Id, Meaning("Its id.")])], bases=(Answer,))
        other = msgspec.defstruct("TwinAnswer", [("id", Annotated[Id, Meaning("Its id.")])], bases=(Answer,))
        records = Records()
        records.schema_of(first)
        with pytest.raises(TwoRecordsOfOneName, match="Twin"):
            records.schema_of(other)

    def test_is_made_of_nothing_that_clients_do_not_know(self) -> None:
        class OddAnswer(Answer):
            odd: Annotated[complex, Meaning("A number of another kind.")]

        with pytest.raises(NotAnAnswer, match="complex"):
            Records().schema_of(OddAnswer)

    def test_a_field_is_called_as_clients_call_it(self) -> None:
        class PeriodAnswer(Answer, rename={"from_date": "from"}):
            from_date: Annotated[Day, Meaning("The first day.")]

        assert [field.name for field in fields_of(PeriodAnswer)] == ["from"]
        records = Records()
        records.schema_of(PeriodAnswer)
        assert list(records.components()["Period"]["properties"]) == ["from"]
