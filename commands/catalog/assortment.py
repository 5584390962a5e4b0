"""What an import needs of the world: the catalog, asked about by the thousand, and a place for its file."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from commands.catalog.import_terms import ImportTerms
from commands.plan import PlanWork
from commands.ports import UnitOfWork
from commands.stock.ports import StockWork
from domain.catalog.products import Product
from domain.catalog.reference_book import SettingNames
from domain.catalog.units import UnitChange
from domain.catalog.variant_types import Choices
from domain.errors import Conflict


class TooManyImports(Conflict):
    """Several imports of your company are still to be done; wait for them."""

    code = "too_many_imports"
    remedy = "Send the next file when one of those under way is done."


class ExistingVariant(NamedTuple):
    """A variant of the catalog; `sku_key` is its SKU in the form in which two are the same."""

    id: UUID
    product_id: UUID
    sku_key: str
    #: Whether its product is archived: then others may have its SKU.
    is_free: bool = False


class AssortmentPort(Protocol):
    """The catalog as an import sees it."""

    #: Whether what was saved is written, and counted, before the decision ends.
    writes: bool

    def currency(self) -> str:
        """The company's."""

    def references(self) -> Iterable[SettingNames]:
        """Every setting that products can refer to, archived ones too."""

    def choices(self) -> Choices:
        """The values of the company's variant types."""

    def precisions(self) -> Mapping[UUID, int]:
        """How many decimal places a quantity in each unit may have."""

    def tax_rates(self) -> Mapping[str, bool]:
        """The names of the tax rates that are not archived, and whether prices include them."""

    def moved(self, storage_id: UUID, variant_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of these variants of which that storage has ever had any."""

    def variants(self, ids: Collection[UUID], sku_keys: Collection[str]) -> Iterable[Mapping[str, Any]]:
        """`id`, `product_id`, `sku_key` and `is_free` of those with these ids, and of who has these SKUs."""

    def owners(self, barcodes: Collection[str]) -> Mapping[str, tuple[UUID, UUID]]:
        """By the key of each of these barcodes that somebody has: the variant, and its product."""

    def called(self, product_ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """The name and the status of each of these products."""

    def products(self, ids: Collection[UUID]) -> Mapping[UUID, Product | None]:
        """What has each of these ids: a product, or None for something else; nothing is left out."""

    def stocked(self, variant_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of these variants that have stock somewhere; nothing of it moves until the end."""

    def units_in_use(self, changes: Mapping[UUID, UnitChange], *, alone: bool) -> Collection[UUID]:
        """Those of the products whose stock keeps them from such a change of their unit.

        `alone`, no fraction moves until the end.
        """

    def passed(self, rows: int, total: int) -> None:
        """So many rows of all are decided. The import's runner may write now what was saved."""

    def held(self, references: Collection[UUID]) -> bool:
        """Hold these settings until the end; whether none of them was archived meanwhile."""


class ImportWork(PlanWork, StockWork, Protocol):
    """What an import is decided with."""

    @property
    def assortment(self) -> AssortmentPort:
        """The whole catalog."""


class ImportsPort(Protocol):
    """Files that are imported later, by a worker."""

    def open(self, import_id: UUID, content: bytes, terms: ImportTerms) -> None:
        """Keep a file to be imported. Raises TooManyImports."""


class KeepingWork(UnitOfWork, Protocol):
    """What it takes to keep a file."""

    @property
    def imports(self) -> ImportsPort:
        """Files that a worker will import."""
