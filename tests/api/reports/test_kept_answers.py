"""Answers that are kept, over HTTP: who is told what of them, and what happens when they cannot be kept."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from commands.ports import Caller
from infra.identity.tokens import Tokens
from projections.reports.sections.figures import COST_OF_GOODS, GROSS_PROFIT, MARGIN
from tests.conftest import SECRET, Client

PAGE = "/api/admin/reports/sales-summary/by-product?from=2024-03-02&to=2024-03-30"
COSTS = {COST_OF_GOODS.name, GROSS_PROFIT.name, MARGIN.name}
Stocked = Any


@pytest.fixture
def owner(stocked: Stocked) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(stocked.shop.service.database.owner) as connection:
        yield connection


def sell(stocked: Stocked) -> None:
    assert stocked.sell(role="Admin", occurred_at="2024-03-05T12:00:00Z").status == 201


def ask(stocked: Stocked, client: Client | None = None) -> Any:
    """The page once it knows all that happened."""
    position = str(stocked.shop.events()[-1]["position"])
    answer = (client or stocked.shop.client()).get(PAGE, X_Wait_For_Position=position)
    assert answer.status == 200, answer.body
    return answer.data


def kept(stocked: Stocked, owner: psycopg.Connection[Any]) -> int:
    """How many answers are kept of the company."""
    company = [stocked.shop.company_id]
    [(number,)] = owner.execute("SELECT count(*) FROM range_cache WHERE company_id = %s", company).fetchall()
    owner.commit()
    return int(number)


def test_an_answer_is_kept_and_told_again(stocked: Stocked, owner: psycopg.Connection[Any]) -> None:
    sell(stocked)
    first = ask(stocked)
    assert (kept(stocked, owner), first["rows"][0]["quantity"]) == (1, "1")
    assert {**ask(stocked), "computed_at": first["computed_at"]} == first
    owner.execute("UPDATE range_cache SET answer = jsonb_set(answer::jsonb, '{count}', '77')::text")
    owner.commit()
    assert ask(stocked)["count"] == 77
    sell(stocked)
    again = ask(stocked)
    assert (again["count"], again["rows"][0]["quantity"], kept(stocked, owner)) == (1, "2", 1)


def test_costs_that_were_kept_are_told_to_nobody_who_may_not_see_them(
    stocked: Stocked, owner: psycopg.Connection[Any]
) -> None:
    sell(stocked)
    assert ask(stocked)["rows"][0].keys() >= COSTS
    shop, admin = stocked.shop, stocked.shop.users["Admin"]
    caller = Caller(company_id=shop.company_id, user_id=admin, session_id=admin, role="Admin")
    answer = ask(stocked, shop.service.client(Tokens(SECRET, 3600).issue(caller, denied=["costs.view"])))
    assert kept(stocked, owner) == 1
    for part in (*answer["rows"], *(answer[footer] for footer in ("totals", "overall", "others"))):
        assert part["net_sales"] is not None
        assert not part.keys() & COSTS


def test_a_manager_of_one_store_is_told_of_no_other(stocked: Stocked, owner: psycopg.Connection[Any]) -> None:
    sell(stocked)
    ask(stocked)
    other = stocked.shop.client().post("/api/admin/stores", {"name": "Harbour", "code": "H"}).data
    for _ in range(2):
        assert ask(stocked, stocked.shop.client("Manager", stores=[other["id"]]))["rows"] == []
    assert kept(stocked, owner) == 2


def test_what_cannot_be_kept_is_answered_all_the_same(
    stocked: Stocked, owner: psycopg.Connection[Any]
) -> None:
    sell(stocked)
    owner.execute("LOCK TABLE range_cache IN EXCLUSIVE MODE")
    first = ask(stocked)
    owner.rollback()
    assert (first["rows"][0]["quantity"], kept(stocked, owner)) == ("1", 0)
    ask(stocked)
    assert kept(stocked, owner) == 1
