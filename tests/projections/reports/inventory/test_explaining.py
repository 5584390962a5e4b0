"""Every figure that adds up is explained by facts that add up to it, in each row and in the whole."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from domain.stock.reorder_points import ReorderPoint
from projections.base import Row
from projections.reports.columns import Column
from projections.reports.period import Period
from projections.reports.section import Criteria, Section
from projections.reports.sections.inventory import INVENTORY_REPORT
from tests.commands.samples import id_of
from tests.conftest import Database
from tests.projections.reports.inventory.stockroom import (
    EVERYTHING,
    FIRST_DAY,
    NORTH,
    STORAGES,
    SUPPLIERS,
    VARIANTS,
    Stockroom,
)

#: Sections of which a filter would leave all, or nothing.
FILTERS: dict[str, Any] = {
    "category": id_of("drinks"),
    "supplier": next(iter(SUPPLIERS.values())),
    "search": "sku-1",
}


@pytest.fixture(scope="module")
def busy(database: Database) -> Any:
    room = Stockroom(database, seed=5)
    room.live(200)
    room.record(
        ReorderPoint.begin(
            ReorderPoint.Set,
            id_of(f"{storage} {variant}"),
            storage_id=storage,
            variant_id=variant,
            reorder_level=Decimal(3),
            reorder_quantity=None,
            max_level=None,
        )
        for storage in STORAGES
        for variant in VARIANTS
    )
    room.fold()
    yield room
    room.close()


def total_of(room: Stockroom, criteria: Criteria, section: Section, name: str, row: Any) -> Any:
    explained = room.explain(section, criteria, name, row)
    if explained.rows:
        assert explained.total == sum(one["amount"] for one in explained.rows)
        assert explained.count == len(explained.rows)
    return explained.total


def check_origins(room: Stockroom, facts: list[Row], column: Column, row: Row) -> None:
    """Facts that gave an amount come to it, and those of a last day are of that day."""
    assert facts, column.name
    if column.unit != "date":
        assert sum(fact["amount"] for fact in facts) == row[column.name], column.name
    if column.name.startswith("last_") and column.unit == "date":
        events: list[Any] = [room.events[fact["position"] - 1] for fact in facts]
        assert {event.business_date for event in events} == {row[column.name]}, column.name


@pytest.mark.parametrize("section", INVENTORY_REPORT, ids=lambda section: section.path)
def test_facts_add_up_to_the_figure(busy: Stockroom, section: Section) -> None:
    chance = Random(section.path)
    assert {*section.explanations} <= {one.name for one in section.columns}
    for group in section.groups or (None,):
        position, last = (
            chance.randrange(100, busy.position),
            FIRST_DAY + timedelta(days=chance.randrange(20, 70)),
        )
        name = chance.choice([None, *FILTERS])
        filters = {name: FILTERS[name]} if name else {}
        more: dict[str, Any] = {"days": 5} if "days" in section.filters else {}
        criteria = Criteria(
            period=Period(last - timedelta(days=15), last),
            position=position,
            permissions=EVERYTHING,
            stores=chance.choice((None, (NORTH,))),
            filters=dict.fromkeys(section.filters) | filters | more,
            group=group,
            sort=section.order,
            limit=None,
        )
        table = busy.ask_for(section, criteria)
        for column in section.explanations:
            for row in (*table.rows, None):
                figure = row[column] if row else table.overall[column]
                assert total_of(busy, criteria, section, column, row) == figure, (column, group, filters)
        for given in (one for one in section.columns if one.name in section.origins):
            for row in (one for one in table.rows if one[given.name]):
                check_origins(busy, busy.explain(section, criteria, given.name, row).rows, given, row)
