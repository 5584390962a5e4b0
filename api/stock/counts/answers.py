"""What is answered of counts."""

from typing import Annotated, Literal

from api.answers import Answer, Cost, Count, CreatedAt, Id, Meaning, Moment, OwnId, Quantity, Sum, Version

#: The scope of a full count.
NOTHING_IN_SCOPE: dict[str, list[str]] = {
    "category_ids": [],
    "brand_ids": [],
    "supplier_ids": [],
    "variant_ids": [],
}
_BLIND = "Of a blind count that is open, null without `inventory.count_review`."


class ScopeAnswer(Answer):
    """What a partial count is about; the lists add to each other."""

    category_ids: Annotated[list[Id], Meaning("What is in these categories and all below them.")]
    brand_ids: Annotated[list[Id], Meaning("What is of these brands.")]
    supplier_ids: Annotated[list[Id], Meaning("What comes from these suppliers.")]
    variant_ids: Annotated[list[Id], Meaning("These variants.")]


class CountAnswer(Answer):
    """A count as it stands. Lines are variants, however many areas they were counted in."""

    id: OwnId
    number: Annotated[str, Meaning("Its number, counted without a gap.", "CT-000001")]
    storage_id: Annotated[Id, Meaning("Where the goods lie.")]
    name: Annotated[str | None, Meaning("What it is called.", "Spring count")]
    kind: Annotated[Literal["full", "partial"], Meaning("Whether it is about all of the storage.")]
    blind: Annotated[bool, Meaning("Whether what is expected is hidden from those who count.", example=False)]
    scope: Annotated[
        ScopeAnswer, Meaning("What a partial count is about; empty lists in a full one.", NOTHING_IN_SCOPE)
    ]
    reference: Annotated[str | None, Meaning("Your own reference.", "SC-7")]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.")]
    status: Annotated[Literal["open", "completed", "cancelled"], Meaning("Where it stands.")]
    is_completing: Annotated[
        bool, Meaning("Whether nothing is counted any more and differences are being posted.", example=False)
    ]
    lines_total: Annotated[
        Count | None, Meaning("What it is about: what the storage has or had, and what was found.", 120)
    ]
    counted: Annotated[Count | None, Meaning("How many lines are counted.", 118)]
    uncounted: Annotated[Count | None, Meaning("How many are not.", 2)]
    difference_quantity: Annotated[
        Quantity | None,
        Cost(f"What was found too much or (below zero) too little, in all. {_BLIND}", "-2"),
    ]
    difference_value: Annotated[
        Sum | None, Cost(f"What that is worth; until it is completed, by today's average. {_BLIND}", -400)
    ]
    restated_quantity: Annotated[
        Quantity | None,
        Cost("The difference without what later turned out to have been sold before it was counted.", "-1"),
    ]
    restated_value: Annotated[Sum | None, Cost("What that is worth.", -200)]
    reason: Annotated[str | None, Meaning("Why it was cancelled.")]
    occurred_at: Annotated[Moment, Meaning("When it began.")]
    recorded_at: CreatedAt
    created_by: Annotated[Id | None, Meaning("Who began it.")]
    ended_at: Annotated[Moment | None, Meaning("When it was completed or cancelled.")]
    ended_by: Annotated[Id | None, Meaning("Who did that.")]
    version: Version


class CountLineAnswer(Answer):
    """What was found of a variant in an area.

    A variant is compared with its stock all areas together, at the moment of the one that was counted last:
    that line has what came of it, the others have null there. A line that nobody counted has no area.
    """

    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    sku: Annotated[str, Meaning("The stock-keeping unit, unique in the company.", "BEANS-250")]
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    variant_name: Annotated[str, Meaning("What the variant is called.", "250 g")]
    area: Annotated[str | None, Meaning("Where; empty if nobody said.", "Shelf 3")]
    counted_quantity: Annotated[Quantity | None, Meaning("What was found there.", "18")]
    counted_at: Annotated[Moment | None, Meaning("For which moment.")]
    counted_by: Annotated[Id | None, Meaning("Who counted.")]
    expected_quantity: Annotated[
        Quantity | None,
        Meaning(f"What should have been there then, as far as that was known then. {_BLIND}", "20"),
    ]
    late_quantity: Annotated[
        Quantity | None,
        Meaning(f"What came or went before then and became known only afterwards. {_BLIND}", "0"),
    ]
    difference: Annotated[
        Quantity | None,
        Meaning(f"What was found too much or (below zero) too little; as it was posted. {_BLIND}", "-2"),
    ]
    difference_value: Annotated[
        Sum | None, Cost(f"What that is worth; until it is posted, by today's average. {_BLIND}", -400)
    ]
    restated_difference: Annotated[
        Quantity | None,
        Meaning("The difference without what later turned out to have been sold before.", "-1"),
    ]
    restated_value: Annotated[Sum | None, Cost("What that is worth.", -200)]


class TalliedLineAnswer(Answer):
    """What was found of a variant in an area by now."""

    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    sku: Annotated[str, Meaning("The stock-keeping unit, unique in the company.", "BEANS-250")]
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    area: Annotated[str, Meaning("Where; empty if nobody said.", "Shelf 3")]
    counted_quantity: Annotated[Quantity, Meaning("What was found there in all.", "18")]
    counted_at: Annotated[Moment, Meaning("For which moment.")]
    expected_quantity: Annotated[
        Quantity | None, Meaning(f"What should have been in the whole storage then. {_BLIND}", "20")
    ]


class TalliedAnswer(Answer):
    """What was just counted, and the version of the count that it made."""

    count_id: Annotated[Id, Meaning("What they were written into.")]
    lines: Annotated[list[TalliedLineAnswer], Meaning("The lines, in the order in which they were sent.")]
    version: Version
