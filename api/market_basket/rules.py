"""GET /api/admin/analytics/market-basket/rules: what is bought with what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from falcon import Request, Response

from api.market_basket.answers import RulesAnswer, show_counts, show_thing
from api.market_basket.look import PERMISSION, REFUSALS, SOURCES, BasketResource, Look
from api.market_basket.query import RulesQuery
from api.operations import operation
from commands.ports import Missing
from domain.errors import Invalid
from domain.market_basket import MEASURES, Counts, can_be_compared, change, p_value, ratio, rise_score
from projections.base import Row
from projections.market_basket.rules import Rule, RuleQuery, find_rules
from projections.market_basket.trends import SORTS as TREND_SORTS
from projections.market_basket.trends import compare, trend_of
from projections.reports.period import Period

COMPARED = """\
With `compare_to` each rule is told beside what it was in the other period: those that enough baskets have \
in one of both, and that reach each `min_…` in one of both, so that what has faded is there too. `trend` is \
by the test of two proportions, which holds where each period would have at least five baskets with both, \
and five without, at the share of both together; what fewer have is `steady`. Where one of both periods has \
no baskets, `change`, `score` and `trend` are null."""


class CompareToNeeded(Invalid):
    """Only with `compare_to` is it known what rose or fades; name the period to compare with."""

    code = "compare_to_needed"
    remedy = "Add `compare_to`, or sort by something else."


class Rules(BasketResource):
    """Rules with their raw counts and measures."""

    @operation(
        PERMISSION,
        "Find what is bought together",
        description="Each rule says how many baskets have the antecedent, the consequent, and both, and what "
        "follows from these numbers. A basket is the distinct items of a completed sale; what came back "
        "whole has left it again. By default sorted by `lift_low`, in which what few baskets show is low.\n\n"
        f"{COMPARED}",
        query=RulesQuery(),
        answer=RulesAnswer,
        lengthy=True,
        refusals=(*REFUSALS, CompareToNeeded, Missing),
        projections=SOURCES,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of the rules, or of what became of them since another period."""
        query = req.context.query
        check_trend(query)

        def find(look: Look) -> dict[str, Any]:
            found = find_page(look, query)
            shown = {
                **look.frame(),
                "min_support_count": found.at_least,
                "count": found.count,
                "rules": [*found.rows()],
            }
            return {**shown, "comparison": found.comparison} if found.comparison else shown

        self.answer(req, resp, self.look(req, resp, find))


@dataclass(frozen=True, kw_only=True)
class FoundRules:
    """A page of rules, each beside what it was in the period that it is compared with, if there is one."""

    at_least: int
    count: int
    rules: list[tuple[Rule, Rule | None]]
    names: Mapping[int, Row]
    with_p: bool
    comparison: Row | None = None

    def rows(self) -> Iterator[dict[str, Any]]:
        """Them as clients see them, one after another: thousands of them are large together."""
        for rule, before in self.rules:
            shown = show_rule(rule, self.names, with_p=self.with_p)
            yield {**shown, **_change(rule.counts, before.counts)} if before else shown


def check_trend(query: Mapping[str, Any]) -> None:
    """Raise CompareToNeeded if it is asked what became of rules, but not since when."""
    if query["compare_to"] != "none":
        return
    asked = {"sort": query["sort"].removeprefix("-") in TREND_SORTS, "trend": query.get("trend") is not None}
    if any(asked.values()):
        raise CompareToNeeded.in_fields(*(name for name, is_asked in asked.items() if is_asked))


def find_page(look: Look, query: Mapping[str, Any]) -> FoundRules:
    """The page of rules that is asked for. Raises Missing, TooManyBaskets, TooManyPairs."""
    other, asked = look.period.compared(query["compare_to"]), _rule_query(look, query)
    return _compared(look, query, asked, other) if other else _found(look, query, asked)


def _rule_query(look: Look, query: Mapping[str, Any]) -> RuleQuery:
    least = {name: query.get(f"min_{name}") for name in MEASURES if name != "support"}
    antecedent = query.get("antecedent_id")
    return RuleQuery(
        antecedent=None if antecedent is None else look.number_of(antecedent),
        at_least=tuple((name, Decimal(one)) for name, one in least.items() if one is not None),
        sort=query["sort"],
        page=query["page"],
        limit=query["limit"],
    )


def _found(look: Look, query: Mapping[str, Any], asked: RuleQuery) -> FoundRules:
    at_least = look.counting.at_least(query["min_support_count"], query.get("min_support"))
    found = look.counting.counted(
        ("rules", at_least, asked), lambda: find_rules(look.counting.pairs(at_least), asked)
    )
    return FoundRules(
        at_least=at_least,
        count=found.count,
        rules=[(rule, None) for rule in found.rules],
        names=_names(look, found.rules),
        with_p=query.get("include") == "p_value",
    )


def _names(look: Look, rules: list[Rule]) -> Mapping[int, Row]:
    return look.names([number for rule in rules for number in (rule.antecedent, rule.consequent)])


def _compared(look: Look, query: Mapping[str, Any], asked: RuleQuery, other: Period) -> FoundRules:
    now, earlier = look.counting, look.counting.of_other_dates(other.from_date, other.to_date)
    least = [one.at_least(query["min_support_count"], query.get("min_support")) for one in (now, earlier)]
    both = compare(now, earlier, (least[0], least[1]), asked.antecedent)
    both = both.matching(asked)
    if query.get("trend"):
        both = both.of_trend(query["trend"])
    page = both.page(asked)
    return FoundRules(
        at_least=least[0],
        count=len(both),
        rules=[*page],
        names=_names(look, [rule for rule, _ in page]),
        with_p=query.get("include") == "p_value",
        comparison={"from": other.from_date, "to": other.to_date, "baskets": earlier.own.baskets},
    )


def show_rule(rule: Rule, names: Mapping[int, Row], *, with_p: bool = False) -> dict[str, Any]:
    """A rule as clients see it."""
    shown = {
        "antecedent": show_thing(names[rule.antecedent]),
        "consequent": show_thing(names[rule.consequent]),
        **show_counts(rule.counts),
    }
    return {**shown, "p_value": p_value(rule.counts)} if with_p else shown


def _change(now: Counts, earlier: Counts) -> dict[str, Any]:
    """What became of a rule since the other period; of none where one of both has no baskets."""
    shown = show_counts(earlier)
    names = ("baskets", "antecedent_count", "consequent_count", "pair_count", "support", "lift")
    return {
        "comparison": {name: shown[name] for name in names},
        "change": change(now, earlier),
        "score": ratio(rise_score(now, earlier), 1) if can_be_compared(now, earlier) else None,
        "trend": trend_of(now, earlier),
    }
