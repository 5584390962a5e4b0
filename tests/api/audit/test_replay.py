"""`mipos audit replay`: a stream as a story on the command line, and what it makes of its events."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result

from infra.cli.audit import audit

Replay = Callable[..., Result]


@pytest.fixture
def replay(stocked: Any) -> Replay:
    """Runs the command over the shop's company."""
    shop = stocked.shop
    parts = {"worker_conninfo": lambda: shop.service.database.worker}

    def run(stream_id: Any, *options: Any, company: Any = None) -> Result:
        arguments = [
            "replay",
            "--company",
            str(company or shop.company_id),
            str(stream_id),
            *map(str, options),
        ]
        return CliRunner().invoke(audit, arguments, obj=parts)

    return run


@pytest.fixture
def repriced(stocked: Any) -> Any:
    """The product, sold and bought dearer than before."""
    path = f"/api/admin/products/{stocked.product['id']}/variants/{stocked.variant_id}"
    stocked.shop.client().patch(path, {"price": 129, "cost": 70})
    return stocked.product


class TestReplay:
    def test_tells_the_story_with_what_changed_and_what_it_came_to(
        self, stocked: Any, replay: Replay, repriced: Any
    ) -> None:
        done = replay(repriced["id"])
        who = stocked.shop.username("Admin").partition("@")[0]
        assert done.exit_code == 0, done.output
        assert f"{who} changed the price of Oat milk from EUR 1.19 to EUR 1.29." in done.output
        assert f"{who} changed the purchase cost of Oat milk from EUR 0.60 to EUR 0.70." in done.output
        assert f"     variants.{stocked.variant_id}.price: 119 \u2192 129\n" in done.output
        assert "     status: draft \u2192 active\n" in done.output
        state = json.loads(done.output.partition("\nVersion 4:\n")[2])
        assert state["variants"][stocked.variant_id]["cost"] == 70

    def test_rebuilds_what_it_was_at_a_version_or_a_time(
        self, stocked: Any, replay: Replay, repriced: Any
    ) -> None:
        shown = json.loads(replay(repriced["id"], "--version", 3, "--json").output)
        assert (shown["type"], shown["stream_id"], shown["version"]) == (
            "products.Product",
            repriced["id"],
            3,
        )
        assert [step["version"] for step in shown["steps"]] == [1, 2, 3]
        variant = shown["state"]["variants"][stocked.variant_id]
        assert (variant["price"], variant["cost"]) == (129, 60)
        moment = shown["steps"][1]["recorded_at"]
        earlier = json.loads(replay(repriced["id"], "--as-of", moment, "--json").output)
        assert earlier["version"] == 2
        assert earlier["state"]["variants"][stocked.variant_id]["price"] == 119

    def test_says_the_same_as_the_api(self, stocked: Any, replay: Replay, repriced: Any) -> None:
        admin, sale = stocked.shop.client(), stocked.sell(2, price=129).data
        for stream_id in (repriced["id"], sale["id"], stocked.store["id"]):
            shown = json.loads(replay(stream_id, "--json", "--lang", "de").output)
            told = admin.get(f"/api/audit/streams/{stream_id}/story?lang=de&limit=100").data
            assert [(step["sentence"], step["changes"]) for step in shown["steps"]] == [
                (step["sentence"], step["changes"]) for step in told
            ]
            state = admin.get(f"/api/audit/streams/{stream_id}/state").data["state"]
            assert shown["state"] == state

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            (("--version", 99), "It has 4 versions, not 99."),
            (("--as-of", "2001-01-01T00:00:00Z"), "It was not there yet at 2001-01-01"),
        ],
    )
    def test_refuses_what_never_was(
        self, replay: Replay, repriced: Any, options: tuple[Any, ...], says: str
    ) -> None:
        refused = replay(repriced["id"], *options)
        assert (refused.exit_code, says in refused.output) == (1, True), refused.output

    def test_goes_as_far_as_it_can_read(self, stocked: Any, replay: Replay, repriced: Any) -> None:
        with psycopg.connect(stocked.shop.service.database.owner, autocommit=True) as owner:
            owner.execute(
                "UPDATE events SET state = '[]'"
                " WHERE company_id = %s AND stream_id = %s AND stream_version = 3",
                [stocked.shop.company_id, repriced["id"]],
            )
        done = replay(repriced["id"])
        assert done.exit_code == 1
        assert "released Oat milk" in done.output
        assert "changed the price" not in done.output
        assert "The state of the event products.Product.Repriced is not what the event says." in done.output

    def test_refuses_what_is_nothing_or_of_another_company(
        self, replay: Replay, repriced: Any, make_shop: Any
    ) -> None:
        for refused in (replay(uuid4()), replay(repriced["id"], company=make_shop().company_id)):
            assert refused.exit_code == 1
            assert "There is nothing of the id" in refused.output
        assert replay(repriced["id"], company=uuid4()).exit_code == 1

    def test_refuses_what_means_nothing(self, replay: Replay, repriced: Any) -> None:
        for options in (
            ("--as-of", "yesterday"),
            ("--lang", "xx"),
            ("--version", 0),
            ("--version", 1, "--as-of", "2026-01-01"),
        ):
            assert replay(repriced["id"], *options).exit_code == 2, options
        assert replay("no-id").exit_code == 2
