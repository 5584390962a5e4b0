"""What the document says of baskets: its examples could be answers, and what is refused is told in full."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from api.app import create_app
from api.openapi.document import document_of
from api.services import Services
from domain.market_basket import MEASURES, Counts, direction, p_value, ratio, rise_score

UNUSED = cast("Any", None)
BASE = "/api/admin/analytics/market-basket"
COUNTS = ("baskets", "antecedent_count", "consequent_count", "pair_count")


@pytest.fixture(scope="module")
def document() -> Any:
    """It is written without asking services anything."""
    services = Services(
        application=UNUSED,
        authentication=UNUSED,
        health=UNUSED,
        pictures=UNUSED,
        now=lambda: datetime.now(UTC),
    )
    return document_of(create_app(services))


def example(document: Any, path: str) -> Any:
    answer = document["paths"][f"{BASE}/{path}"]["get"]["responses"]["200"]
    return answer["content"]["application/json"]["example"]["data"]


def counts_of(row: Any) -> Counts:
    return Counts(*(row[name] for name in COUNTS))


class TestExamples:
    @pytest.mark.parametrize(
        ("path", "name"), [("rules", "rules"), ("products/{product_id}/companions", "companions")]
    )
    def test_of_rules_follow_from_their_counts(self, document: Any, path: str, name: str) -> None:
        frame = example(document, path)
        [rule] = frame[name]
        counts = counts_of(rule)
        assert {one: rule[one] for one in MEASURES} == {
            one: str(measure.value(counts)) for one, measure in MEASURES.items()
        }
        assert frame["baskets"] == rule["baskets"]
        assert frame["level"] == "product"
        for role in ("antecedent", "consequent"):
            thing = rule[role]
            assert (thing["product_id"], thing["sku"], thing["variant_name"]) == (thing["id"], None, None)
        assert rule["antecedent"]["id"] != rule["consequent"]["id"]

    def test_of_what_became_of_rules_follow_from_both_periods(self, document: Any) -> None:
        frame = example(document, "rules")
        [rule] = frame["rules"]
        now, before = counts_of(rule), counts_of(rule["comparison"])
        assert frame["comparison"]["baskets"] == before.baskets
        assert rule["p_value"] == p_value(now)
        for name in ("support", "lift"):
            assert rule["comparison"][name] == str(MEASURES[name].value(before))
        assert float(rule["change"]) == pytest.approx(
            float(rule["support"]) - before.n / before.baskets, abs=1e-6
        )
        assert rule["score"] == str(ratio(rise_score(now, before), 1))
        assert (rule["trend"], direction(now, before)) == ("rising", 1)

    def test_of_companions_have_what_companions_have(self, document: Any) -> None:
        frame = example(document, "products/{product_id}/companions")
        [companion] = frame["companions"]
        assert not {"p_value", "comparison", "change", "score", "trend"} & companion.keys()
        assert {**companion["antecedent"], "count": companion["antecedent_count"]} == frame["product"]

    def test_of_sets_show_several_things(self, document: Any) -> None:
        frame = example(document, "itemsets")
        [one] = frame["itemsets"]
        assert len({thing["id"] for thing in one["things"]}) == 2
        assert one["support"] == str(ratio(one["count"], frame["baskets"]))

    def test_of_the_matrix_are_a_square_of_its_things(self, document: Any) -> None:
        frame = example(document, "matrix")
        [[first, both], [again, second]] = frame["together"]
        assert [one["count"] for one in frame["things"]] == [first, second]
        assert (frame["level"], [one["product_id"] for one in frame["things"]]) == ("category", [None, None])
        lift = str(MEASURES["lift"].value(Counts(frame["baskets"], first, second, both)))
        assert (again, frame["lift"]) == (both, [[None, lift], [lift, None]])

    def test_of_the_summary_come_to_each_other(self, document: Any) -> None:
        frame = example(document, "summary")
        baskets = frame["baskets"]
        [size] = frame["sizes"]
        assert size == {"size": 1, "baskets": frame["single_item_baskets"]}
        assert frame["single_item_share"] == str(ratio(size["baskets"], baskets))
        assert (frame["mean_value"], frame["currency"]) == (frame["net_sales"] // baskets, "EUR")
        assert float(frame["mean_items"]) >= 2 - float(frame["single_item_share"])
