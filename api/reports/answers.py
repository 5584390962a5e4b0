"""What sections answer, made from their columns: the frame around the rows, and a record for each section."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, UnsetType

from api.answers import Answer, Count, Currency, Day, Id, Meaning, Moment, Quantity, Ratio, Sum
from projections.reports.columns import Column
from projections.reports.section import Section

_TYPES: dict[str, Any] = {
    "money": Sum,
    "quantity": Quantity,
    "count": int,
    "ratio": Ratio,
    "date": Day,
    "time": Moment,
    "text": str,
    "id": Id,
    "flag": bool,
}


class ReportStoreAnswer(Answer):
    """A store that the answer is about."""

    id: Annotated[Id, Meaning("By which other calls name it as `store_id`.")]
    name: Annotated[str, Meaning("What it is called.", "Harbour")]
    timezone: Annotated[str, Meaning("Its time zone, by which its business dates are made.", "Europe/Paris")]


class ColumnAnswer(Answer):
    """What a column means."""

    name: Annotated[str, Meaning("Its name in the rows.", "net_sales")]
    label: Annotated[str, Meaning("What people call it.", "Net sales")]
    unit: Annotated[
        Literal["money", "quantity", "count", "ratio", "date", "time", "text", "id", "flag"],
        Meaning("What its values are; money is minor currency units.", "money"),
    ]
    additive: Annotated[
        bool, Meaning("Whether footers add it up; else they compute it anew, or leave it.", True)
    ]
    formula: Annotated[str | None, Meaning("What it follows from.", "gross_sales - discounts - returns")]
    definition: Annotated[
        str, Meaning("What it means.", "What was sold, without tax, discounts and returns.")
    ]


class SeriesAnswer(Answer):
    """One figure of a chart."""

    name: Annotated[str, Meaning("Which column's figures they are.", "net_sales")]
    label: Annotated[str, Meaning("What people call it.", "Net sales")]
    values: Annotated[list[Any], Meaning("Its values, one for each label.", [121_400, 9_000])]


class ChartAnswer(Answer):
    """The picture of a section: the rows shown and, where there are more, all others together."""

    kind: Annotated[Literal["bar", "line", "waterfall"], Meaning("How to draw it.", "bar")]
    labels: Annotated[list[str], Meaning("What the values are of.", ["Harbour", "others"])]
    series: Annotated[
        list[SeriesAnswer],
        Meaning(
            "The figures and, of rows that follow in time, those at the same places of the period that they "
            "are compared with (`…_previous`)."
        ),
    ]


class SinceClosedAnswer(Answer):
    """What became known of days of stores after they were closed."""

    late_facts: Annotated[Count, Meaning("How many sales, refunds and the like.", 2)]
    net_sales: Annotated[Sum, Meaning("By what they changed net sales.", -1_100)]


class FrameAnswer(Answer, rename={"from_date": "from", "to_date": "to"}):
    """What every section answers beside its rows."""

    currency: Currency
    from_date: Annotated[Day, Meaning("The first business date.", "2026-03-01")]
    to_date: Annotated[Day, Meaning("The last business date, itself included.", "2026-03-31")]
    days: Annotated[Count, Meaning("How many business dates these are.", 31)]
    stores: Annotated[list[ReportStoreAnswer], Meaning("The stores that it is about.")]
    timezones: Annotated[list[str], Meaning("Their time zones.", ["Europe/Paris"])]
    basis: Annotated[
        Literal["current", "first_reported"],
        Meaning("Whether it has what became known after a day was closed.", "current"),
    ]
    as_of: Annotated[Moment | None, Meaning("The moment that was asked for.")]
    as_of_position: Annotated[int | None, Meaning("The last position of the log that counts then.", 42)]
    read_position: Annotated[int, Meaning("The position of the log this knows.", 42)]
    computed_at: Annotated[Moment, Meaning("When this was computed.")]
    partial: Annotated[bool, Meaning("Whether a business date of the period is not over somewhere.", False)]
    restated: Annotated[
        SinceClosedAnswer | None,
        Meaning("What of these days and stores became known since; only with `basis=first_reported`."),
    ]
    columns: Annotated[list[ColumnAnswer], Meaning("What the columns of the rows mean.")]
    count: Annotated[Count, Meaning("How many rows there are in all.", 1)]
    chart: Annotated[ChartAnswer | None, Meaning("The picture of the section, if it has one.")]


def answer_of(section: Section, name: str) -> type[FrameAnswer]:
    """The record of a section's answer; `name` begins those of its parts."""
    figures = [column for column in section.columns if column.unit not in {"text", "id"}]
    numbers = [column for column in figures if column.unit not in {"date", "time"}]
    footer = record_of(f"{name}Footer", f"A footer of: {section.title}.", figures)
    figure = record_of(f"{name}Figures", f"Figures of: {section.title}.", numbers)
    change = record_of(f"{name}Change", f"What figures rose by: {section.title}.", numbers)
    ratios = record_of(
        f"{name}ChangeRatio", f"The same in proportion: {section.title}.", numbers, is_ratio=True
    )
    bare = record_of(f"{name}GoneRow", f"A row of: {section.title}.", section.all_columns, first=[_KEY])
    compared = msgspec.defstruct(
        f"{name}RowComparison",
        [
            ("figures", Annotated[figure | None, Meaning("The figures then; null if there is no such row.")]),
            ("change", Annotated[change, Meaning("What they rose by since.")]),
            ("change_ratio", Annotated[ratios, Meaning("That, in proportion to what they were.")]),
        ],
        bases=(Answer,),
        module=__name__,
    )
    compared.__doc__ = f"What a row is compared with: {section.title}."
    beside = [
        (
            "comparison",
            Annotated[compared, Meaning("The same of the other period, with `compare_to`.")] | UnsetType,
            UNSET,
        )
    ]
    row = record_of(
        f"{name}Row", f"A row of: {section.title}.", section.all_columns, first=[_KEY], last=beside
    )
    comparison = msgspec.defstruct(
        f"{name}Comparison",
        [
            ("from_date", Annotated[Day, Meaning("The first business date.", "2026-02-01")]),
            ("to_date", Annotated[Day, Meaning("The last business date, itself included.", "2026-02-28")]),
            ("overall", Annotated[footer, Meaning("The footer of the whole section.")]),
            ("change", Annotated[change, Meaning("What the whole rose by since.")]),
            ("change_ratio", Annotated[ratios, Meaning("That, in proportion to what it was.")]),
            (
                "gone",
                Annotated[
                    list[bare] | None,  # type: ignore[valid-type]
                    Meaning("The rows that only that period has, with `include=gone`."),
                ],
            ),
        ],
        bases=(Answer,),
        rename={"from_date": "from", "to_date": "to"},
        module=__name__,
    )
    comparison.__doc__ = f"What is compared with: {section.title}."
    frame = msgspec.defstruct(
        f"{name}Answer",
        [
            ("rows", Annotated[list[row], Meaning("The rows of the page.")]),  # type: ignore[valid-type]
            ("totals", Annotated[footer, Meaning("The footer of the rows shown.")]),
            ("overall", Annotated[footer, Meaning("The footer of the whole section.")]),
            ("others", Annotated[footer, Meaning("What the whole has beyond the rows shown.")]),
            (
                "comparison",
                Annotated[comparison | None, Meaning("The same of the period that it is compared with.")],
            ),
        ],
        bases=(FrameAnswer,),
        kw_only=True,
        module=__name__,
    )
    frame.__doc__ = section.meaning
    return cast("type[FrameAnswer]", frame)


#: What tells a row apart, whatever the section.
_KEY = ("key", Annotated[str, Meaning("What tells the row apart, to ask for an explanation by.", "pos")])


def record_of(
    name: str,
    meaning: str,
    columns: Sequence[Column],
    *,
    first: Sequence[tuple[str, Any]] = (),
    last: Sequence[tuple[str, Any, Any]] = (),
    is_ratio: bool = False,
) -> type[Answer]:
    """The record of these columns."""
    fields: list[Any] = [*first]
    # What there is nothing to tell of is null: no figure is there in every row of every group.
    for column in columns:
        kind = Ratio if is_ratio else _TYPES[column.unit]
        described = _meaning(column, "0.0345" if is_ratio else column.example)
        fields.append((column.name, Annotated[kind | None, described]))
    made = msgspec.defstruct(name, [*fields, *last], bases=(Answer,), kw_only=True, module=__name__)
    made.__doc__ = meaning
    return cast("type[Answer]", made)


def _meaning(column: Column, example: Any) -> Meaning:
    text = f"{column.meaning} `{column.formula}`." if column.formula else column.meaning
    return Meaning(text, example, column.needs)


def show_columns(columns: Iterable[Column], group: str | None) -> list[ColumnAnswer]:
    """What the columns mean where rows are told apart by this group."""
    return [
        ColumnAnswer(
            name=column.name,
            label=column.label,
            unit=column.unit,
            additive=column.is_additive or column.is_summed(group),
            formula=column.formula,
            definition=column.meaning,
        )
        for column in columns
    ]


#: A figure of any unit: a date as text, as it is in its section.
ExplainedFigure = int | Decimal | str | None


class ExplainedFactAnswer(Answer):
    """A fact of a figure: the event it comes from, and what it adds."""

    position: Annotated[int, Meaning("The place of the event in the log.", 42)]
    line: Annotated[int, Meaning("Which line of it, from 0.", 0)]
    amount: Annotated[
        int | Decimal, Meaning("What it adds to the figure, in its unit; of a date, how much it was of.", 995)
    ]
    type: Annotated[str, Meaning("What happened.", "orders.Order.Sold")]
    stream_id: Annotated[Id, Meaning("To what.")]
    document: Annotated[str | None, Meaning("The number of the order, if it is one.", "MAIN-1-000042")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    actor_id: Annotated[Id | None, Meaning("Who did it.")]


class ExplainedInputAnswer(Answer):
    """A figure that another follows from."""

    column: Annotated[str, Meaning("The figure that goes into it, as the section calls it.", "net_sales")]
    is_of_whole: Annotated[bool, Meaning("Whether it is that of the whole section, not of the row.", False)]
    figure: Annotated[ExplainedFigure, Meaning("What it is there.", 121_400)]


class ExplanationAnswer(Answer):
    """What one figure is made of."""

    section: Annotated[str, Meaning("What was asked about, within its report.", "by-store")]
    column: Annotated[str, Meaning("The figure that is explained, as the section calls it.", "net_sales")]
    label: Annotated[str, Meaning("What people call it.", "Net sales")]
    unit: Annotated[str, Meaning("What its values are.", "money")]
    formula: Annotated[str | None, Meaning("What it follows from.", "gross_sales - discounts - returns")]
    definition: Annotated[str, Meaning("What it means.", "What was sold, without tax and discounts.")]
    figure: Annotated[ExplainedFigure, Meaning("What it is.", 121_400)]
    is_sum: Annotated[
        bool,
        Meaning("Whether all its facts come to it; otherwise they are those that gave it, if any did.", True),
    ]
    inputs: Annotated[
        list[ExplainedInputAnswer],
        Meaning("The figures it follows from, where it is no sum; each can be asked for itself."),
    ]
    facts: Annotated[list[ExplainedFactAnswer], Meaning("One page of its facts, in the order of the log.")]
    count: Annotated[Count, Meaning("How many facts there are.", 118)]
    read_position: Annotated[int, Meaning("The position of the log this knows.", 42)]
