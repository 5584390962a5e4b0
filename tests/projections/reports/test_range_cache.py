"""What is kept of an answer is what would be answered without it, whatever happens, and is found again."""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest

from domain.catalog.categories import Category
from infra.projections.rebuild import rebuild
from infra.runtime.models import EVENT_TYPES
from projections.base import Params
from projections.reports import range_cache
from projections.reports.period import Period
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Section
from projections.reports.sections.financial.margins import MARGINS
from projections.reports.sections.sales_summary.by_brand import BY_BRAND
from projections.reports.sections.sales_summary.by_category import BY_CATEGORY
from projections.reports.sections.sales_summary.by_product import BY_PRODUCT
from projections.reports.table import Table
from tests.commands.samples import brand, category
from tests.projections.reports.sales_summary.shelves import Shelves
from tests.projections.shop import MARCH

IN_MARCH, IN_APRIL = date(2024, 3, 9), date(2024, 4, 9)
RAGGED = Period(date(2024, 2, 25), date(2024, 3, 20))
_COUNT: LiteralString = "SELECT count(*) AS number FROM range_cache"
_FALSIFY: LiteralString = """
    UPDATE range_cache SET answer = jsonb_set(answer::jsonb, '{count}', '77')::text
     WHERE company_id = %(company_id)s
"""
_DAMAGE: tuple[LiteralString, ...] = (
    "DELETE FROM range_cache WHERE company_id = %(company_id)s",
    "UPDATE sales_item_month SET gross_sales = 7 WHERE company_id = %(company_id)s",
    "UPDATE sales_line_facts SET gross_sales = 7 WHERE company_id = %(company_id)s",
)


class Desk(Shelves):
    """A shop whose reports are asked again and again, and kept."""

    def __init__(self, database: Any) -> None:
        super().__init__(database)
        self.database = database
        self.drinks, self.tea = category(uuid4(), "Drinks"), category(uuid4(), "Tea")
        self.left: list[tuple[LiteralString, Params]] = []
        self._folded = 0
        self.record([self.drinks, self.tea])
        self.sell(15, category_id=self.tea.id)
        self.refund(3)
        self.catch_up()

    def catch_up(self) -> None:
        """Let the read models take in what is new."""
        facts = self.facts()
        with self.work() as opened:
            for model in self.MODELS:
                model.apply([fact for fact in facts[self._folded :] if fact.event in model.events], opened)
        self._folded = len(facts)

    def look(self, section: Section, period: Period = MARCH, **asked: Any) -> Table:
        """What is answered, from what is kept if it can be, while `left` is what then may be kept."""
        self.left = []
        return self.ask(section, period, keep=lambda *one: self.left.append(one), **asked)

    def keep(self) -> None:
        """Keep what is left to be kept."""
        with self.open() as opened:
            for query, params in self.left:
                opened.execute(query, params)

    def is_kept(self, section: Section, period: Period = MARCH, **asked: Any) -> bool:
        """Whether it is answered from what is kept; if not, it is kept now."""
        self.look(section, period, **asked)
        found = not self.left
        self.keep()
        return found

    def run(self, query: LiteralString, **params: Any) -> list[dict[str, Any]]:
        """A statement about this company."""
        with self.open() as opened:
            answer = opened.ask(query, {"company_id": self.company_id, **params})
            return answer.rows() if query is _COUNT else []


@pytest.fixture
def desk(database: Any) -> Iterator[Desk]:
    opened = Desk(database)
    yield opened
    opened.close()


def shown(table: Table) -> Any:
    """All that a table tells, values with their kinds."""
    parts = (*table.rows, table.totals, table.overall, table.others)
    return [{name: repr(value) for name, value in part.items()} for part in parts], table.count


def questions(desk: Desk) -> list[tuple[Section, Mapping[str, Any]]]:
    last = desk.facts()[-1].position
    return [
        (BY_PRODUCT, {}),
        (BY_PRODUCT, {"group": "product", "limit": 3, "page": 2}),
        (BY_PRODUCT, {"stores": desk.stores[:2], "sort": "quantity"}),
        (BY_PRODUCT, {"position": last}),
        (BY_PRODUCT, {"position": last // 2}),
        (BY_PRODUCT, {"compare_to": "previous_period"}),
        (BY_PRODUCT, {"category": desk.drinks.id}),
        (BY_PRODUCT, {"supplier": desk.suppliers[1], "sort": "-margin"}),
        (BY_PRODUCT, {"search": "green"}),
        (BY_PRODUCT, {"period": Period(IN_APRIL, date(2025, 1, 2))}),
        (BY_PRODUCT, {"period": Period(date(2030, 1, 1), date(2030, 1, 9))}),
        (BY_BRAND, {"channel": "pos"}),
        (BY_CATEGORY, {}),
        (MARGINS, {"group": "variant"}),
        (MARGINS, {"group": "category"}),
        (MARGINS, {"group": "store", "stores": desk.stores[:1]}),
    ]


def rename(desk: Desk) -> None:
    """Goods, and the category they are filed under, go by another name."""
    desk.tea.trigger_event(Category.Renamed, name="Infusions")
    desk.record([desk.tea])
    desk.sell(1, day=date(2024, 6, 1), name="Green thing", variants=desk.variants)


def move(desk: Desk) -> None:
    """A category goes elsewhere in the tree."""
    desk.tea.trigger_event(Category.Moved, parent_id=desk.drinks.id)
    desk.record([desk.tea])


def make_anew(desk: Desk) -> None:
    """Figures were damaged, and answers were kept of them; then the read model is made anew."""
    for statement in _DAMAGE:
        desk.run(statement)
    for section, asked in questions(desk):
        desk.look(section, **{"period": RAGGED, **asked})
        desk.keep()
    rebuild(desk.database.worker, EVENT_TYPES, SalesReports(), desk.company_id)


HAPPENINGS: Mapping[str, Callable[[Desk], Any]] = {
    "a sale in the range": lambda desk: desk.sell(1, day=IN_MARCH),
    "a sale of the month before the range": lambda desk: desk.sell(1, day=date(2024, 2, 2)),
    "a sale after it": lambda desk: desk.sell(1, day=IN_APRIL),
    "a sale of a store that had none": lambda desk: desk.sell(1, day=IN_MARCH, store_id=uuid4()),
    "a refund": lambda desk: desk.refund(2, day=IN_MARCH),
    "a void": lambda desk: desk.void(2),
    "goods without an order": lambda desk: desk.take_back(1, day=IN_MARCH),
    "an order": lambda desk: desk.place(IN_MARCH, name="Blue thing"),
    "other names": rename,
    "another tree": move,
    "a rebuild": make_anew,
    "nothing": lambda _: None,
}


#: What surely changes the page by product, so that what was kept of it would be found out.
SEEN = {"a sale in the range", "a refund", "goods without an order", "other names"}


@pytest.mark.parametrize("seed", [1, 2])
def test_an_answer_is_the_one_without_the_cache_whatever_happens(seed: int, desk: Desk) -> None:
    order = random.Random(seed).sample(sorted(HAPPENINGS), len(HAPPENINGS))
    for what in ("nothing", *order):
        before = shown(desk.ask(BY_PRODUCT, RAGGED))
        HAPPENINGS[what](desk)
        desk.catch_up()
        for section, asked in questions(desk):
            wanted = {"period": RAGGED, **asked}
            for _ in range(2):
                assert shown(desk.look(section, **wanted)) == shown(desk.ask(section, **wanted)), (
                    what,
                    asked,
                )
                desk.keep()
        assert shown(desk.ask(BY_PRODUCT, RAGGED)) != before or what not in SEEN
    assert desk.run(_COUNT)[0]["number"] > 10


class TestWhatIsKept:
    def test_is_the_answer_to_whoever_asks_the_same_again(self, desk: Desk) -> None:
        asked: dict[str, Any] = {"stores": desk.stores[:2], "sort": "-quantity"}
        assert not desk.is_kept(BY_PRODUCT, **asked)
        assert desk.is_kept(BY_PRODUCT, **asked)
        assert desk.is_kept(BY_PRODUCT, stores=desk.stores[1::-1], sort="-quantity")
        desk.run(_FALSIFY)
        assert desk.look(BY_PRODUCT, **asked).count == 77
        assert desk.ask(BY_PRODUCT, **asked).count < 77

    @pytest.mark.parametrize("section", [BY_PRODUCT, BY_BRAND, BY_CATEGORY, MARGINS])
    def test_stays_as_long_as_its_months_do(self, desk: Desk, section: Section) -> None:
        desk.is_kept(section)
        desk.sell(3, day=IN_APRIL)
        desk.catch_up()
        assert desk.is_kept(section)
        desk.sell(1, day=IN_MARCH)
        desk.catch_up()
        assert not desk.is_kept(section)
        assert desk.is_kept(section)

    def test_stays_when_other_stores_sell(self, desk: Desk) -> None:
        desk.is_kept(BY_PRODUCT, stores=desk.stores[:1])
        desk.sell(1, day=IN_MARCH, store_id=desk.stores[1])
        desk.catch_up()
        assert desk.is_kept(BY_PRODUCT, stores=desk.stores[:1])

    def test_is_of_every_moment_after_the_last_fact_and_of_none_before(self, desk: Desk) -> None:
        desk.sell(1, day=IN_MARCH)
        desk.catch_up()
        last = desk.facts()[-1].position
        desk.is_kept(BY_PRODUCT)
        assert desk.is_kept(BY_PRODUCT, position=last)
        assert desk.is_kept(BY_PRODUCT, position=last + 1)
        desk.look(BY_PRODUCT, position=last - 1)
        assert desk.left == []
        desk.run(_FALSIFY)
        assert desk.look(BY_PRODUCT, position=last - 1).count < 77

    @pytest.mark.parametrize(
        "other",
        [{"page": 2}, {"limit": 3}, {"sort": "-tax"}, {"group": "product"}, {"supplier": UUID(int=1)}],
    )
    def test_is_no_answer_to_another_question(self, desk: Desk, other: dict[str, Any]) -> None:
        desk.is_kept(BY_PRODUCT)
        assert not desk.is_kept(BY_PRODUCT, **other)

    def test_is_of_the_rows_that_a_page_is_compared_with_alone(self, desk: Desk) -> None:
        pages: list[dict[str, Any]] = [
            {"compare_to": "previous_period", "limit": 2, "page": page} for page in (1, 2, 3)
        ]
        for asked in pages:
            desk.is_kept(BY_PRODUCT, **asked)
        found = [desk.look(BY_PRODUCT, **asked).comparison for asked in pages]
        assert desk.left == []
        for asked, comparison in zip(pages, found, strict=True):
            assert comparison == desk.ask(BY_PRODUCT, **asked).comparison
        assert any(row for comparison in found if comparison for row in comparison.rows)

    def test_is_nothing_that_a_fact_came_after(self, desk: Desk) -> None:
        desk.look(BY_PRODUCT)
        desk.sell(1, day=IN_MARCH)
        desk.catch_up()
        desk.keep()
        assert desk.run(_COUNT)[0]["number"] == 0

    def test_is_no_name(self, desk: Desk) -> None:
        desk.sell(1, day=IN_MARCH, name="Oolong", variants=desk.variants)
        desk.record([brand(uuid4(), "Roastery")])
        desk.catch_up()
        assert {row["name"] for row in desk.look(BY_PRODUCT).rows} == {"Oolong"}
        assert "Oolong" not in repr(desk.left)

    def test_is_neither_a_few_days_nor_a_search_nor_a_long_list(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        few = Period(IN_MARCH, date(2024, 3, 11))
        for asked in ({"period": few}, {"search": "thing"}):
            desk.look(BY_PRODUCT, **asked)
            assert desk.left == []
        monkeypatch.setattr(range_cache, "MOST_ROWS", 2)
        desk.look(BY_PRODUCT)
        assert desk.left == []
        assert not desk.is_kept(BY_PRODUCT, limit=2)

    def test_is_the_newest_of_what_there_is_room_for(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.look(BY_PRODUCT, limit=4)
        sizes = [params["bytes"] for _, params in desk.left if "bytes" in params]
        monkeypatch.setattr(range_cache, "MOST_BYTES", 2 * sizes[0])
        for page in (1, 2, 1):
            desk.is_kept(BY_PRODUCT, page=page, limit=4)
        assert desk.is_kept(BY_PRODUCT, page=2, limit=4)
        desk.is_kept(BY_PRODUCT, page=1, limit=4, sort="-tax")
        assert not desk.is_kept(BY_PRODUCT, page=1, limit=4)

    def test_is_the_companys_own(self, desk: Desk, database: Any) -> None:
        other = Desk(database)
        try:
            desk.is_kept(BY_PRODUCT)
            assert not other.is_kept(BY_PRODUCT)
            other.run(_FALSIFY)
            assert desk.look(BY_PRODUCT).count < other.look(BY_PRODUCT).count == 77
            assert [one.run(_COUNT)[0]["number"] for one in (desk, other)] == [1, 1]
        finally:
            other.close()
