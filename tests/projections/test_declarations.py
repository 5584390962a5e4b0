"""Read models name each event, and read of it what it has; otherwise nothing starts."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import Aggregate, events_of
from domain.catalog.brands import Brand
from domain.orders import Order
from domain.settings import name_key
from infra.eventstore.codec import EventType
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Database, Fact, Params, Projection, in_whole
from projections.declarations import WronglyNamed, check, record_read
from projections.records import Reading, WronglyRead
from tests.golden import file_of

AGGREGATES = {kind.aggregate for kind in EVENT_TYPES.by_name.values()}
SOLD = EVENT_TYPES.named("orders.Order.Sold")
#: What else happens to an order.
LATER = frozenset(event for _, event in events_of(Order)) - {Order.Sold}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Reopened(Aggregate.Event):
    """An event that nobody has thought of yet."""


class Line(Reading):
    variant_id: UUID
    quantity: Decimal


class Sku(Reading):
    sku: str


class Sale(Reading):
    business_date: date
    lines: tuple[Line, ...]


class Sales(Projection):
    """A read model of sales."""

    name = "sales"
    tables = ("sales",)
    folds = {Order.Sold: Sale}
    ignores = LATER

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        raise NotImplementedError


def reading(**hints: Any) -> type[Projection]:
    """A read model that reads these fields of a sale."""
    record = type("Wrong", (Reading,), {"__annotations__": hints})
    return type("Wrongly", (Sales,), {"folds": {Order.Sold: record}})


class ByStore(Projection):
    """A read model whose statement takes ids of a sale."""

    name = "by_store"
    ignores = LATER
    on = {Order.Sold: "SELECT %(store_id)s, %(register_id)s, %(store_number)s"}
    derives = {"store_number": (lambda store_id: store_id.int, "store_id")}


#: Those that a read model follows; what is only told by the log itself is followed by none.
FOLLOWED = {EVENT_TYPES.by_event[event].aggregate for model in PROJECTIONS for event in model.events}


class TestAnEventThatNobodyNamed:
    @pytest.mark.parametrize("aggregate", sorted(FOLLOWED, key=str), ids=lambda one: one.__name__)
    def test_is_an_error_at_the_start(
        self, aggregate: type[Aggregate], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(aggregate, "Reopened", Reopened, raising=False)
        with pytest.raises(WronglyNamed, match="Reopened"):
            check(PROJECTIONS, AGGREGATES)

    @pytest.mark.parametrize("model", PROJECTIONS, ids=lambda one: one.name)
    def test_is_an_error_of_each_read_model_that_follows_its_aggregate(
        self, model: Projection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for aggregate in {EVENT_TYPES.by_event[event].aggregate for event in model.events}:
            with monkeypatch.context() as patched, pytest.raises(WronglyNamed):
                patched.setattr(aggregate, "Reopened", Reopened, raising=False)
                check([model], AGGREGATES)

    def test_may_be_ignored_but_not_named_and_ignored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Ignoring(Sales):
            ignores = LATER | {Reopened}

        class Undecided(Ignoring):
            folds = {Order.Sold: Sale, Reopened: Reading}

        monkeypatch.setattr(Order, "Reopened", Reopened, raising=False)
        check([Ignoring()], AGGREGATES)
        with pytest.raises(WronglyNamed, match="ignores it"):
            check([Undecided()], AGGREGATES)

    def test_is_named_in_one_way_only(self) -> None:
        class Twice(Sales):
            on = {Order.Sold: "SELECT %(stream_id)s"}

        with pytest.raises(WronglyNamed, match="in two ways"):
            check([Twice()], AGGREGATES)

    def test_is_not_folded_by_statements(self) -> None:
        class Lazy(Projection):
            name = "lazy"
            folds = {Order.Sold: Sale}
            ignores = LATER

        with pytest.raises(WronglyNamed, match="no `apply` of its own"):
            check([Lazy()], AGGREGATES)

    def test_does_something_whether_the_log_has_it_or_not(self) -> None:
        class Late(Sales):
            on_recorded = {Order.Sold: "SELECT %(stream_id)s"}

        with pytest.raises(WronglyNamed, match="before the log has it"):
            check([Late()], AGGREGATES)


class TestAFieldThatIsReadWrongly:
    @pytest.mark.parametrize(
        ("hints", "message"),
        [
            ({"business_day": date}, "Order.Sold has no field business_day"),
            ({"business_date": str}, r"Order\.Sold\.business_date is .*, and is read as"),
            ({"hour": int | None}, r"Order\.Sold\.hour is .*, and is read as"),
            ({"register_id": UUID}, r"Order\.Sold\.register_id is .*, and is read as"),
            ({"hour": Line}, "record of several fields"),
            ({"lines": tuple[Sale, ...]}, r"Order\.Sold\.lines has no field business_date"),
            ({"timestamp": datetime}, "has no field timestamp"),
        ],
    )
    def test_is_an_error_at_the_start(self, hints: dict[str, Any], message: str) -> None:
        with pytest.raises(WronglyRead, match=message):
            check([reading(**hints)()], AGGREGATES)

    def test_is_an_id_as_text_where_the_event_itself_is_read(self) -> None:
        model = reading(store_id=str)
        check([model()], AGGREGATES)
        inline = type("Inline", (model,), {"mode": "inline"})
        with pytest.raises(WronglyRead, match="store_id"):
            check([inline()], AGGREGATES)

    def test_is_one_that_two_read_differently(self) -> None:
        check([reading(store_id=str)(), reading(store_id=str, hour=int)()], AGGREGATES)
        with pytest.raises(WronglyRead, match="store_id is read as"):
            check([reading(store_id=str)(), reading(store_id=UUID)()], AGGREGATES)

    def test_is_named_with_both_read_models_and_what_to_do(self) -> None:
        one, other = reading(store_id=str)(), type("Other", (reading(store_id=UUID),), {"name": "other"})()
        message = r"sales, other: Order\.Sold\.store_id is read as .*; let both read it alike, an id as text"
        with pytest.raises(WronglyRead, match=message):
            check([one, other], AGGREGATES)

    @pytest.mark.parametrize("kind", [str, UUID])
    def test_is_not_an_id_that_a_statement_takes(self, kind: type) -> None:
        models = [ByStore(), reading(store_id=kind, register_id=kind | None)()]
        for ordered in (models, models[::-1]):
            check(ordered, AGGREGATES)

    @pytest.mark.parametrize("mode", ["async", "inline"])
    def test_is_the_time_of_the_log_where_the_log_has_not_taken_it_yet(self, mode: Any) -> None:
        on = {Order.Sold: "SELECT %(recorded_at)s"}
        model = type("Dated", (Projection,), {"name": "dated", "mode": mode, "on": on, "ignores": LATER})()
        with nullcontext() if mode == "async" else pytest.raises(WronglyRead, match="recorded_at"):
            check([model], AGGREGATES)

    @pytest.mark.parametrize("parameter", ["nmae", "originator_id"])
    def test_is_a_parameter_that_is_neither_a_field_nor_derived(self, parameter: str) -> None:
        class Brands(Projection):
            name = "test_brands"
            on = {Brand.Renamed: "SELECT %(name)s, %(" + parameter + ")s"}
            ignores = frozenset({Brand.Registered, Brand.Described, Brand.Archived})

        with pytest.raises(WronglyRead, match=parameter):
            check([Brands()], AGGREGATES)


class TestARecord:
    def test_has_what_several_read_models_read_and_nothing_else(self) -> None:
        models = [Sales(), reading(hour=int, lines=tuple[Sku, ...])()]
        read = SOLD.decode_as(record_read(models, Order.Sold))(file_of(SOLD).read_bytes())
        assert (read.business_date, read.hour) == (date(2026, 2, 1), 12345)
        assert fields_of(read) == {"business_date", "hour", "lines", "class_version"}
        assert fields_of(read.lines[0]) == {"variant_id", "quantity", "sku"}
        assert (read.lines[0].quantity, read.lines[0].sku) == (Decimal("1.25"), "text")

    def test_has_an_id_as_it_is_wanted(self) -> None:
        (store_ids,) = {SOLD.decode(file_of(SOLD).read_text()).store_id}
        for kind in (UUID, str):
            read = SOLD.decode_as(record_read([reading(store_id=kind)()], Order.Sold))(
                file_of(SOLD).read_text()
            )
            assert read.store_id == kind(store_ids) if kind is str else store_ids

    def test_has_the_default_of_a_field_that_a_state_does_not_say(self) -> None:
        state = file_of(SOLD).read_text().replace('"note"', '"other"')
        read = SOLD.decode_as(record_read([reading(note=str | None)()], Order.Sold))(state)
        assert read.note is None

    @pytest.mark.parametrize("version", [1, 2])
    def test_has_what_a_state_of_any_version_says(self, version: int) -> None:
        kind = EVENT_TYPES.named("stores.Store.Registered")
        file = file_of(kind).with_name(f"{kind.name}.v{version}.json")

        class Stores(Projection):
            name = "test_stores"
            folds = in_whole(kind.event)

        read = kind.decode_as(record_read([Stores()], kind.event))(file.read_bytes())
        assert read.name == "text"
        assert bool(read.tax_rate_ids) is (version == 2)


def fields_of(record: Any) -> set[str]:
    return set(record.__struct_fields__)


class Statements:
    """A database that keeps what it is told to run."""

    company_id = UUID(int=9)

    def __init__(self) -> None:
        self.run: list[tuple[str, Params]] = []

    def execute(self, sql: str, params: Params) -> None:
        self.run.append((sql, params))


class TestAStatement:
    """What an event does, by a statement whose parameters are its fields."""

    class Brands(Projection):
        """A read model of brands."""

        name = "test_brands"
        on = {
            Brand.Renamed: ("FIRST %(name)s %(key)s", "SECOND %(company_id)s %(stream_id)s %(version)s"),
        }
        on_recorded = {Brand.Renamed: "RECORDED %(position)s %(at)s %(actor_id)s"}
        derives = {"key": (name_key, "name")}
        ignores = frozenset({Brand.Registered, Brand.Described, Brand.Archived})

    def run(self, **fields: Any) -> list[tuple[str, Params]]:
        kind: EventType = EVENT_TYPES.by_event[Brand.Renamed]
        read = kind.decode_as(record_read([self.Brands()], Brand.Renamed))('{"name":"Ann  Lee"}')
        database: Any = Statements()
        fact = Fact(Brand.Renamed, UUID(int=1), 2, read, NOON, UUID(int=3), **fields)
        check([self.Brands()], AGGREGATES)
        self.Brands().apply([fact], database)
        return database.run  # type: ignore[no-any-return]

    def test_gets_its_parameters_by_their_names_and_no_others(self) -> None:
        first, second = self.run()
        assert first == ("FIRST %(name)s %(key)s", {"name": "Ann  Lee", "key": "ann lee"})
        assert second[1] == {"company_id": UUID(int=9), "stream_id": UUID(int=1), "version": 2}

    @pytest.mark.parametrize("kind", [str, UUID])
    def test_gets_ids_as_such_however_another_reads_them(self, kind: type) -> None:
        other = reading(store_id=kind, register_id=kind | None)()
        state = file_of(SOLD).read_bytes()
        sold = SOLD.decode(state)
        for ordered in ([ByStore(), other], [other, ByStore()]):
            read = SOLD.decode_as(record_read(ordered, Order.Sold))(state)
            assert isinstance(read.store_id, kind)
            database: Any = Statements()
            ByStore().apply([Fact(Order.Sold, UUID(int=1), 1, read, NOON, None, 4)], database)
            ((_, params),) = database.run
            ids = {"store_id": sold.store_id, "register_id": sold.register_id}
            assert params == {**ids, "store_number": sold.store_id.int}

    def test_is_another_where_the_log_has_the_event_already(self) -> None:
        ((statement, params),) = self.run(position=4)
        assert statement.startswith("RECORDED")
        assert params == {"position": 4, "at": NOON, "actor_id": UUID(int=3)}


def test_indexes_for_readers_alone_are_in_the_schema_and_keep_nothing_unique() -> None:
    """A rebuild leaves them out of what it fills and throws away."""
    for model in PROJECTIONS:
        schema = " ".join(model.schema.split())
        for name in model.reading_indexes:
            assert f"CREATE INDEX {name} ON " in schema
