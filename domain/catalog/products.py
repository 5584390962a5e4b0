"""Products: what a shop sells, in one or more variants, and their life from draft to archive."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, get_args
from uuid import UUID

from domain.aggregate import Aggregate
from domain.catalog.store_prices import PricedByStore
from domain.entities import AlreadyArchived, Entity
from domain.errors import READ_AGAIN, Conflict, Invalid, NotFound

Status = Literal["draft", "coming_soon", "active", "discontinued", "archived"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
#: How many variants a product may have.
MOST_VARIANTS: Final = 500
SELLABLE: frozenset[str] = frozenset({"active", "discontinued"})


def sku_key(sku: str) -> str:
    """The form in which two SKUs are the same: letter case does not count."""
    return sku.casefold()


class DuplicateSku(Conflict):
    """Another variant already has this SKU."""

    code = "duplicate_sku"
    remedy = "Choose another SKU, or change the variant that has it; `details` name it."


class DuplicateBarcode(Conflict):
    """Another variant already has this barcode."""

    code = "duplicate_barcode"
    remedy = "Look at the barcode again, or take it from the variant that has it; `details` name it."


class InvalidTransition(Conflict):
    """A product cannot go from its present status to the one asked for."""

    code = "invalid_transition"
    remedy = READ_AGAIN


class LaunchMissing(Invalid):
    """A product that is coming soon needs the time of its launch."""

    field = "launch_at"


class NotForSale(Conflict):
    """A product that is not active cannot be sold."""

    code = "not_for_sale"
    remedy = "Set the product's status to `active`, or take it from the basket."


class UnknownVariant(NotFound):
    """The product has no such variant."""


class TooManyVariants(Conflict):
    """A product has at most 500 variants."""

    code = "too_many_variants"
    remedy = "Make a second product for the others."


class LastVariant(Conflict):
    """A product keeps at least one variant."""

    code = "in_use"
    remedy = "Archive the product instead of its last variant."


class StillInStock(Conflict):
    """It still has stock."""

    code = "in_use"
    remedy = (
        "Sell it, send it back, or count or adjust it down to nothing first; "
        "`GET /api/admin/inventory/levels` with its `product_id` says where how much of it lies."
    )


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One thing that can be put into a basket. Prices and costs are minor currency units per unit of sale."""

    id: UUID
    sku: str
    name: str = ""
    barcodes: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)
    price: int
    cost: int = 0
    reorder_level: Decimal | None = None
    reorder_quantity: Decimal | None = None


class Product(PricedByStore):
    """A product and its variants. Only an active one is sold, and a discontinued one while stock lasts."""

    type_name = "products.Product"
    kind = "products"
    noun = "product"

    class Registered(Entity.Registered):
        """A product was drafted."""

        name: str
        description: str | None = None
        brand_id: UUID | None = None
        category_id: UUID | None = None
        unit_id: UUID | None = None
        supplier_id: UUID | None = None
        tax_rate_ids: tuple[UUID, ...] = ()
        track_stock: bool = True
        variants: tuple[Variant, ...] = ()

        def apply(self, aggregate: "Product") -> None:  # type: ignore[override]  # its own event
            """Begin as a draft."""
            super().apply(aggregate)
            aggregate.variants = {variant.id: variant for variant in aggregate.values.pop("variants")}
            aggregate.images = {}
            aggregate.store_prices = {}
            aggregate.status = "draft"
            aggregate.launch_at = None

    class Renamed(Entity.Revised):
        """The product goes by another name."""

        name: str

    class Described(Entity.Revised):
        """The text about the product was rewritten."""

        description: str | None

    class Reclassified(Entity.Revised):
        """The product is filed elsewhere in the catalog."""

        brand_id: UUID | None
        category_id: UUID | None
        supplier_id: UUID | None

    class Remeasured(Entity.Revised):
        """The product is sold by another unit."""

        unit_id: UUID | None

    class Retaxed(Entity.Revised):
        """Other tax rates apply to later sales."""

        tax_rate_ids: tuple[UUID, ...]

    class StockTrackingSet(Entity.Revised):
        """Its stock is counted from now on, or no longer."""

        track_stock: bool

    class VariantAdded(Aggregate.Event):
        """The product comes in one more variant."""

        variant: Variant

        def apply(self, aggregate: "Product") -> None:
            """Take it in."""
            aggregate.variants[self.variant.id] = self.variant

    class VariantRemoved(Aggregate.Event):
        """A variant is no longer offered."""

        variant_id: UUID

        def apply(self, aggregate: "Product") -> None:
            """Take it out with its prices; what shows it shows the product."""
            del aggregate.variants[self.variant_id]
            aggregate.store_prices.pop(self.variant_id, None)
            aggregate.untie_images(self.variant_id)

    class VariantChanged(Aggregate.Event):
        """What the events of one variant share."""

        shared: ClassVar[bool] = True

        variant_id: UUID

        def apply(self, aggregate: "Product") -> None:
            """Take over the fields this event names."""
            aggregate.variants[self.variant_id] = replace(
                aggregate.variants[self.variant_id], **_variant_fields(self)
            )

    class Relabelled(VariantChanged):
        """A variant carries another SKU, name, barcodes or options."""

        sku: str
        name: str
        barcodes: tuple[str, ...]
        options: dict[str, str]

    class Repriced(VariantChanged):
        """A variant costs the customer something else from now on; minor currency units."""

        old_price: int
        price: int

    class Recosted(VariantChanged):
        """A variant's assumed purchase cost changed; minor currency units."""

        old_cost: int
        cost: int

    class ReorderingSet(VariantChanged):
        """A variant is reordered at another level, or in another quantity."""

        reorder_level: Decimal | None
        reorder_quantity: Decimal | None

    class Moved(Aggregate.Event):
        """What the events of the product's life share."""

        shared: ClassVar[bool] = True

        def apply(self, aggregate: "Product") -> None:
            """Take the status this event stands for."""
            aggregate.status = STATUS_AFTER[type(self).__name__]
            aggregate.launch_at = getattr(self, "launch_at", None)
            aggregate.is_archived = aggregate.status == "archived"

    class Activated(Moved):
        """The product is sold from now on."""

    class Scheduled(Moved):
        """The product will be launched at a moment in the future."""

        launch_at: datetime

    class Launched(Moved):
        """The product that was coming soon is sold from now on."""

    class Discontinued(Moved):
        """The product is sold only while stock lasts."""

    class Reactivated(Moved):
        """The discontinued product is sold again."""

    class Archived(Moved):
        """The product is out of the catalog; its history stays."""

    class Restored(Moved):
        """The archived product is a draft again."""

    if TYPE_CHECKING:
        variants: dict[UUID, Variant]
        status: Status
        launch_at: datetime | None

    def change_status(self, status: Status, launch_at: datetime | None = None) -> None:
        """Move along the life cycle. Raises InvalidTransition, LaunchMissing."""
        event = TRANSITIONS.get((self.status, status))
        if event is None:
            message = f"A product that is {self.status} cannot become {status}."
            raise InvalidTransition(message.replace("_", " "))
        if status != "coming_soon":
            self.trigger_event(event)
        elif launch_at is None:
            raise LaunchMissing
        else:
            self.trigger_event(event, launch_at=launch_at)

    def is_due(self, now: datetime) -> bool:
        """Whether it is coming soon and its launch does not lie ahead any more."""
        return self.status == "coming_soon" and self.launch_at is not None and self.launch_at <= now

    def archive(self) -> None:
        """Take it out of the catalog. Raises InvalidTransition."""
        self.change_status("archived")

    def add_variant(self, variant: Variant) -> None:
        """Offer one more variant. Raises AlreadyArchived, TooManyVariants."""
        self._check_open()
        if len(self.variants) >= MOST_VARIANTS:
            raise TooManyVariants
        self.trigger_event(Product.VariantAdded, variant=variant)

    def remove_variant(self, variant_id: UUID) -> None:
        """Stop offering a variant. Raises UnknownVariant, LastVariant, AlreadyArchived."""
        self._check_open()
        self.variant(variant_id)
        if len(self.variants) == 1:
            raise LastVariant
        self.trigger_event(Product.VariantRemoved, variant_id=variant_id)

    def revise_variant(self, variant_id: UUID, changes: Mapping[str, Any]) -> None:
        """Record each change of a variant as the event the trade calls it by.

        Raises UnknownVariant, AlreadyArchived.
        """
        self._check_open()
        before = asdict(self.variant(variant_id))
        after = {**before, **changes}
        for event, names in VARIANT_REVISIONS.items():
            if all(after[name] == before[name] for name in names):
                continue
            fields = {name: after[name] for name in names}
            if event in (Product.Repriced, Product.Recosted):
                fields[f"old_{names[0]}"] = before[names[0]]
            self.trigger_event(event, variant_id=variant_id, **fields)

    def variant(self, variant_id: UUID) -> Variant:
        """The variant of that id. Raises UnknownVariant."""
        try:
            return self.variants[variant_id]
        except KeyError:
            raise UnknownVariant from None

    def _check_open(self) -> None:
        if self.is_archived:
            raise AlreadyArchived


def _variant_fields(event: Product.VariantChanged) -> dict[str, Any]:
    return {name: getattr(event, name) for name in VARIANT_REVISIONS[type(event)]}


VARIANT_REVISIONS: Mapping[type[Product.VariantChanged], tuple[str, ...]] = MappingProxyType(
    {
        Product.Relabelled: ("sku", "name", "barcodes", "options"),
        Product.Repriced: ("price",),
        Product.Recosted: ("cost",),
        Product.ReorderingSet: ("reorder_level", "reorder_quantity"),
    }
)

STATUS_AFTER: Mapping[str, Status] = MappingProxyType(
    {
        "Activated": "active",
        "Scheduled": "coming_soon",
        "Launched": "active",
        "Discontinued": "discontinued",
        "Reactivated": "active",
        "Archived": "archived",
        "Restored": "draft",
    }
)

TRANSITIONS: Mapping[tuple[str, str], type[Product.Moved]] = MappingProxyType(
    {
        ("draft", "active"): Product.Activated,
        ("draft", "coming_soon"): Product.Scheduled,
        ("coming_soon", "active"): Product.Launched,
        ("active", "discontinued"): Product.Discontinued,
        ("discontinued", "active"): Product.Reactivated,
        ("draft", "archived"): Product.Archived,
        ("active", "archived"): Product.Archived,
        ("coming_soon", "archived"): Product.Archived,
        ("discontinued", "archived"): Product.Archived,
        ("archived", "draft"): Product.Restored,
    }
)
