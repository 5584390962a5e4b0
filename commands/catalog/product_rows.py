"""What the rows of one product make of it: a new product, or the changes of one that is there."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

from commands.catalog.assortment import ExistingVariant
from commands.catalog.import_context import ImportContext
from commands.catalog.opening_stock import Opening
from domain.catalog.gtin import barcode_key
from domain.catalog.product_sheet import PRODUCT_COLUMNS, REFERENCES, VARIANT_COLUMNS, Row
from domain.catalog.products import MOST_VARIANTS, Product, Status, TooManyVariants, Variant, sku_key
from domain.catalog.units import UnitChange
from domain.catalog.variant_types import combination_of, respelt, unlisted
from domain.errors import Refusal
from domain.settings import InUse
from domain.sheets import Problem

#: The moves by which a new product, which is a draft, comes to its status.
_PATHS: Mapping[str, tuple[Status, ...]] = MappingProxyType(
    {
        "draft": (),
        "coming_soon": ("coming_soon",),
        "active": ("active",),
        "discontinued": ("active", "discontinued"),
        "archived": ("archived",),
    }
)


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one product: whose id is known or None, each with the variant it means if that is there."""

    owner: UUID | None
    rows: Sequence[tuple[Row, ExistingVariant | None]]
    problems: list[Problem]


class ProductDecision:
    """The decision about one product: first edited, then moved along its life."""

    def __init__(self, group: Group, context: ImportContext, products: Mapping[UUID, Product | None]) -> None:
        self.problems = group.problems
        self.product: Product | None = products.get(group.owner) if group.owner else None
        self.is_new = False
        self.has_changed = False
        self._group = group
        self._context = context
        self._is_other = group.owner is not None and group.owner in products and self.product is None
        self._first = group.rows[0][0]
        self._steps: tuple[Status, ...] = ()
        # How the options of the product's variants are written so far.
        self._spellings = [one.options for one in self.product.variants.values()] if self.product else []
        self._counted_before = self.product is not None and not self.product.is_archived
        self._version = self.product.version if self.product else 0
        self._unit_before = self.product.values["unit_id"] if self.product else None

    @property
    def goes_out(self) -> bool:
        """Whether it is about to be archived."""
        return "archived" in self._steps and not self.is_new

    @property
    def variant_ids(self) -> Collection[UUID]:
        """Its variants."""
        return self.product.variants if self.product else ()

    @property
    def new_unit(self) -> Mapping[UUID, UnitChange]:
        """The unit that the product comes to be measured in, if that is another one."""
        if self.product is None or self.is_new or self.product.values["unit_id"] == self._unit_before:
            return {}
        return {self.product.id: UnitChange(self.product.values["unit_id"], self._unit_before)}

    def check_unit(self, in_use: Collection[UUID]) -> None:
        """Say what is wrong if the product is one of those whose stock keeps them from the new unit."""
        if self.product is not None and self.product.id in in_use:
            message = "This product has stock that is measured in its unit, or is finer than the new one."
            self._wrong("unit", InUse.code, message)

    def edit(self) -> None:
        """Draft it, or change what is different."""
        if self._is_other:
            self._wrong("product_id", "duplicate_id", "Something else has this id.")
        for row, existing in self._group.rows:
            self._check_unique(row, existing)
        self._check_shared()
        values = self._values()
        variants = [self._variant_values(row, existing) for row, existing in self._group.rows]
        self._check_status()
        self.is_new = self.product is None and not self._is_other
        if self.problems:
            return
        if self.product is None:
            self._draft(values, variants)
        else:
            self._revise(self.product, values, variants)
        self._check_variants()

    def move(self, stocked: Collection[UUID]) -> None:
        """Move it to the status the sheet says, if nothing is wrong with it."""
        if self.product is None or self.problems:
            return
        if self.goes_out and any(variant in stocked for variant in self.product.variants):
            self._wrong("status", "in_use", "This product still has stock.")
            return
        self._step(self.product, self._steps)
        self.has_changed = self.product.version != self._version or self._may_be_a_guess()
        is_counted = not self.product.is_archived
        if is_counted and not self._counted_before:
            self._context.added.append(self._first.number)
        self._context.archived += self._counted_before and not is_counted

    def openings(self, stock: Mapping[int, Decimal]) -> Iterator[Opening]:
        """The stock of its variants, by the row that says how much there is of each."""
        product = self.product
        if product is None or product.is_archived or not product.values["track_stock"]:
            return
        for variant, row in self._in_order(product):
            if row and row.number in stock:
                yield Opening(
                    row=row.number,
                    variant_id=variant.id,
                    unit_id=product.values["unit_id"],
                    quantity=stock[row.number],
                    unit_cost=row.values.get("cost"),
                    catalog_cost=variant.cost,
                )

    def _may_be_a_guess(self) -> bool:
        """Whether it sets a cost that the caller may not see: whether that was right is not answered."""
        if self._context.sees_costs:
            return False
        return any(existing and "cost" in row.values for row, existing in self._group.rows)

    def _step(self, product: Product, steps: Sequence[Status]) -> None:
        for status in steps:
            try:
                product.change_status(status, self._first.values.get("launch_at"))
            except Refusal as refusal:
                self._wrong("status", refusal.code, refusal.message)
                return

    def _draft(self, values: Mapping[str, Any], variants: Sequence[Mapping[str, Any]]) -> None:
        drafts = tuple(
            Variant(id=row.values.get("variant_id") or self._context.new_id(), **fields)
            for (row, _), fields in zip(self._group.rows, variants, strict=True)
        )
        self.product = Product.begin(
            Product.Registered, self._group.owner or self._context.new_id(), **values, variants=drafts
        )

    def _revise(
        self, product: Product, values: Mapping[str, Any], variants: Sequence[Mapping[str, Any]]
    ) -> None:
        if product.is_archived and self._steps:
            # It comes back before anything else happens to it.
            self._check_return(product)
            self._step(product, self._steps)
            self._steps = ()
        if self.problems:
            return
        if any(product.values[name] != value for name, value in values.items()):
            self._try(self._first, partial(product.revise, values))
        for (row, existing), fields in zip(self._group.rows, variants, strict=True):
            if existing is None:
                variant = Variant(id=row.values.get("variant_id") or self._context.new_id(), **fields)
                self._try(row, partial(product.add_variant, variant))
            elif any(getattr(product.variants[existing.id], name) != value for name, value in fields.items()):
                self._try(row, partial(product.revise_variant, existing.id, fields))

    def _try(self, row: Row, change: Callable[[], None]) -> None:
        try:
            change()
        except Refusal as refusal:
            self.problems.append(Problem(row.number, "", refusal.code, refusal.message))

    def _check_unique(self, row: Row, existing: ExistingVariant | None) -> None:
        """No SKU, barcode or variant may be twice in the file, or be another variant's in the catalog."""
        values, own = row.values, existing.id if existing else None
        if existing and (self.product is None or existing.id not in self.product.variants):
            self._wrong_in(row, "product_id", "other_product", "The variant belongs to another product.")
        if values.get("variant_id"):
            self._once(row, "variant_id", values["variant_id"], "duplicate_id")
        if sku := values.get("sku"):
            is_first = self._once(row, "sku", (sku_key(sku),), "duplicate_sku")
            if is_first and own and not values.get("variant_id"):
                # Another row may mean the same variant by its id, and give it another SKU.
                self._once(row, "sku", own, "duplicate_id")
            owner = self._context.by_sku.get(sku_key(sku))
            if owner and owner.id != own:
                self._wrong_in(row, "sku", "duplicate_sku", "Another variant has this SKU.", owner.product_id)
        for code in values.get("barcodes", ()):
            self._once(row, "barcodes", barcode_key(code), "duplicate_barcode")
            if holder := self._context.holder_of(code, own):
                self._wrong_in(row, "barcodes", "duplicate_barcode", f"Another variant has {code}.", holder)

    def _check_return(self, product: Product) -> None:
        """What it had before it was archived may be another's by now, or be about to be by this file."""
        own = {row.number for row, _ in self._group.rows}
        for variant in product.variants.values():
            owner = self._context.by_sku.get(sku_key(variant.sku))
            keys: list[str | tuple[str]] = [(sku_key(variant.sku),), *map(barcode_key, variant.barcodes)]
            earlier = {self._context.rows.setdefault(key, self._first.number) for key in keys}
            holders = (self._context.holder_of(code, variant.id) for code in variant.barcodes)
            if (owner and owner.id != variant.id) or not earlier <= own:
                message, holder = f"Another variant has {variant.sku} by now.", owner and owner.product_id
                self._wrong("status", "duplicate_sku", message, holder)
            elif holder := next(filter(None, holders), None):
                message = f"Another variant has a barcode of {variant.sku}."
                self._wrong("status", "duplicate_barcode", message, holder)

    def _once(self, row: Row, column: str, what: str | UUID | tuple[str], code: str) -> bool:
        """Whether no earlier row has it; one that has is named."""
        earlier = self._context.rows.setdefault(what, row.number)
        if earlier != row.number:
            self._wrong_in(row, column, code, f"It stands in row {earlier} as well.")
        return earlier == row.number

    def _check_shared(self) -> None:
        """Later rows of a product repeat what the first one says of it, or leave it out."""
        for row, _ in self._group.rows[1:]:
            for column in PRODUCT_COLUMNS:
                value = row.values.get(column)
                is_silent = value in (None, ()) or column == "product_id"
                if not is_silent and value != self._first.values.get(column):
                    message = f"Row {self._first.number} says something else of the same product."
                    self._wrong_in(row, column, "differs", message)

    def _values(self) -> dict[str, Any]:
        """The fields of the product that the first row sets."""
        fields: dict[str, Any] = {}
        for name, column in PRODUCT_COLUMNS.items():
            if not column.field or name not in self._first.values:
                continue
            value = self._first.values[name]
            if name in REFERENCES:
                value = self._referred(name, value)
            # An empty text and none at all look the same in a sheet.
            if not (value is None and self.product and self.product.values[column.field] == ""):
                fields[column.field] = value
        if (self.product is None or "name" in fields) and not fields.get("name"):
            self._required("name", self._first)
        return fields

    def _referred(self, column: str, value: Any) -> Any:
        kind = REFERENCES[column]
        if column == "tax_rates":
            rates = (self._reference(column, kind, text) for text in value)
            # Two spellings may name the same tax, which is not due twice.
            return tuple(dict.fromkeys(rate for rate in rates if rate))
        return self._reference(column, kind, value) if value else None

    def _reference(self, column: str, kind: str, text: str) -> UUID | None:
        target = self._context.refer(kind, text)
        if target is not None and (self._has(column, target) or self._context.check_reference(kind, target)):
            return target
        noun = column.removesuffix("s").replace("_", " ")
        self._wrong(column, "not_found", f"There is no {noun} {text[:80]}.")
        return None

    def _has(self, column: str, setting_id: UUID) -> bool:
        """Whether the product refers to it already: then it may be archived by now."""
        if self.product is None:
            return False
        has = self.product.values[PRODUCT_COLUMNS[column].field]
        return setting_id in has if column == "tax_rates" else bool(setting_id == has)

    def _variant_values(self, row: Row, existing: ExistingVariant | None) -> dict[str, Any]:
        values = {
            column.field: row.values[name]
            for name, column in VARIANT_COLUMNS.items()
            if column.field and name in row.values
        }
        for name in ("sku", "price"):
            if (existing is None or name in values) and values.get(name) is None:
                self._required(name, row)
        if "options" in values:
            values["options"] = self._options(row, existing, values["options"])
        return values

    def _options(
        self, row: Row, existing: ExistingVariant | None, options: Mapping[str, str]
    ) -> Mapping[str, str]:
        """An option named like a variant type has one of its values; those a variant has may stay."""
        own = self.product.variants.get(existing.id) if existing and self.product else None
        if own and own.options == options:
            return options
        for _, message in unlisted(options, self._context.choices):
            self._wrong_in(row, "options", "not_listed", message)
        spelt = respelt(options, self._context.choices, self._spellings)
        self._spellings.append(spelt)
        return spelt

    def _required(self, column: str, row: Row) -> None:
        if not any(one.row == row.number and one.column == column for one in self.problems):
            self._wrong_in(row, column, "required", "It is required.")

    def _check_status(self) -> None:
        """Find the moves to the status that the sheet says; a time of launch must go with it."""
        values, current = self._first.values, self.product.status if self.product else "draft"
        status, launch_at = values.get("status", current), values.get("launch_at")
        if launch_at and status != "coming_soon":
            self._wrong("launch_at", "unexpected", "Only a product that is coming_soon will be launched.")
        elif launch_at and status == current and self.product and launch_at != self.product.launch_at:
            self._wrong("launch_at", "invalid_transition", "It will be launched at another time already.")
        if status == current:
            return
        if self.product:
            self._steps = (status,)
        else:
            self._steps = _PATHS[status]
        if self._steps == ("coming_soon",):
            if launch_at is None:
                self._required("launch_at", self._first)
            elif launch_at <= self._context.now:
                self._wrong("launch_at", "in_the_past", "A launch lies in the future.")

    def _check_variants(self) -> None:
        """A product has so many variants at most, and no two with the same options."""
        if self.product is None or self.problems:
            return
        if len(self.product.variants) > MOST_VARIANTS:
            self._wrong("", TooManyVariants.code, TooManyVariants().message)
        combinations: set[frozenset[tuple[str, str]]] = set()
        # Variants stand in the order of their rows, so that a later one is the wrong one.
        for variant, row in self._in_order(self.product):
            options = combination_of(variant.options)
            if options and options in combinations and row:
                self._wrong_in(row, "options", "duplicate", "Another variant has these options.")
            combinations.add(options)

    def _in_order(self, product: Product) -> Iterator[tuple[Variant, Row | None]]:
        """The product's variants with their rows; those that have none come first."""
        by_sku = {sku_key(row.values["sku"]): row for row, _ in self._group.rows if row.values.get("sku")}
        rowed = [(variant, by_sku.get(sku_key(variant.sku))) for variant in product.variants.values()]
        yield from sorted(rowed, key=lambda pair: pair[1].number if pair[1] else 0)

    def _wrong(self, column: str, code: str, message: str, holder: UUID | None = None) -> None:
        self._wrong_in(self._first, column, code, message, holder)

    def _wrong_in(self, row: Row, column: str, code: str, message: str, holder: UUID | None = None) -> None:
        """Say what is wrong with a cell; `holder` is the product that has already what stands there."""
        self.problems.append(Problem(row.number, column, code, message, holder))
