"""GET /api/admin/analytics/market-basket/rules/export: what is bought with what, as a file."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from falcon import Request, Response

from api.market_basket.answers import RuleAnswer
from api.market_basket.files import ABOUT_FILES, BASKETS, MEDIA, BasketFile, FileRows, figure, file_query
from api.market_basket.look import PERMISSION, REFUSALS, SOURCES, Look
from api.market_basket.query import RulesQuery
from api.market_basket.rules import COMPARED, CompareToNeeded, FoundRules, check_trend, find_page
from api.operations import operation
from api.reports.files.compared import previous_of
from commands.ports import Missing
from domain.market_basket import MEASURES
from projections.base import Row
from projections.reports.columns import Column, Key

_figure = partial(figure, RuleAnswer)
_COUNTS = (
    BASKETS,
    _figure("antecedent_count", "Antecedent count", "count"),
    _figure("consequent_count", "Consequent count", "count"),
    _figure("pair_count", "Pair count", "count"),
)
_MEASURES = tuple(
    _figure(one.name, one.name.replace("_", " ").capitalize(), "ratio") for one in MEASURES.values()
)
_P_VALUE = replace(_figure("p_value", "P value", "ratio"), is_scientific=True)
_PREVIOUS = (*_COUNTS, *(one for one in _MEASURES if one.name in ("support", "lift")))
_BEFORE = (
    "The same of the period that it is compared with: 0 where no basket had both then, nothing where "
    "there is nothing to divide by."
)
_CHANGES = (
    *(replace(previous_of(one), meaning=_BEFORE) for one in _PREVIOUS),
    _figure("change", "Change", "ratio"),
    _figure("score", "Score", "ratio"),
    _figure("trend", "Trend", "text"),
)


class RulesFile(BasketFile):
    """The first rules."""

    @operation(
        PERMISSION,
        "Export what is bought together",
        description="The first rules in the order that is asked for. With `compare_to` the counts, support "
        f"and lift of the other period follow (`…_previous`), and what became of each rule. {COMPARED}"
        f"\n\n{ABOUT_FILES}",
        query=file_query(RulesQuery),
        media=MEDIA,
        lengthy=True,
        refusals=(*REFUSALS, CompareToNeeded, Missing),
        projections=SOURCES,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The rules as a file."""
        check_trend(req.context.query)
        self.send(req, resp, _find)


def _find(look: Look, query: Mapping[str, Any]) -> FileRows:
    rules = find_page(look, query)
    antecedent, other = query.get("antecedent_id"), rules.comparison
    return FileRows(
        section="rules",
        title="Rules of what is bought together",
        columns=tuple(_columns(rules, look)),
        rows=map(_row, rules.rows()),
        count=rules.count,
        names={str(one["id"]): one["name"] for one in rules.names.values() if one["id"] == antecedent},
        compared_with=(other["from"], other["to"]) if other else None,
    )


def _columns(rules: FoundRules, look: Look) -> Iterator[Column]:
    is_of_variants = look.counting.scope.level == "variant"
    yield from _things("antecedent", "What is bought", is_of_variants=is_of_variants)
    yield from _things("consequent", "What is bought with it", is_of_variants=is_of_variants)
    yield from (*_COUNTS, *_MEASURES)
    if rules.with_p:
        yield _P_VALUE
    if rules.comparison:
        yield from _CHANGES


def _things(
    role: Literal["antecedent", "consequent"], what: str, *, is_of_variants: bool
) -> Iterator[Column]:
    """What says which thing it is: of variants more than its name."""
    label = role.capitalize()
    meaning = f"{what}, as it was called at its latest sale."
    yield Key(name=role, label=label, unit="text", meaning=meaning)
    if is_of_variants:
        meaning = "What the variant is called."
        yield Key(name=f"{role}_variant_name", label=f"{label}: variant", unit="text", meaning=meaning)
        yield Key(name=f"{role}_sku", label=f"{label}: SKU", unit="text", meaning="Its stock-keeping unit.")
    yield Key(name=f"{role}_id", label=f"{label}: id", unit="id", meaning="Under which lookups find it.")
    if is_of_variants:
        yield Key(name=f"{role}_product_id", label=f"{label}: product id", unit="id", meaning="Its product.")


def _row(rule: Mapping[str, Any]) -> Row:
    """A rule with what it says of things and of the other period beside each other."""
    row = {**rule}
    for role in ("antecedent", "consequent"):
        row |= {f"{role}_{name}": value for name, value in rule[role].items()}
        row[role] = rule[role]["name"]
    return {**row, **{f"{name}_previous": value for name, value in rule.get("comparison", {}).items()}}
