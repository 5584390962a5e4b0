"""What the decisions about a file's products share: what there is, and what they leave for each other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from commands.catalog.assortment import ExistingVariant
from domain.catalog.brands import Brand
from domain.catalog.categories import DEEPEST, Category
from domain.catalog.gtin import barcode_key
from domain.catalog.reference_book import CATEGORIES, ReferenceBook, SettingNames, path_of
from domain.catalog.variant_types import Choices
from domain.settings import Setting

_CREATABLE = frozenset({"brands", "categories"})


@dataclass(kw_only=True)
class ImportContext:
    """What the decisions about all products of a file have in common, and what they leave for each other."""

    book: ReferenceBook
    #: The values of the company's variant types.
    choices: Choices
    places: int
    create_missing: bool
    #: Whether the caller may see costs.
    sees_costs: bool
    new_id: Callable[[], UUID]
    now: datetime
    by_id: dict[UUID, ExistingVariant] = field(default_factory=dict)
    by_sku: dict[str, ExistingVariant] = field(default_factory=dict)
    #: The variant that has a barcode, and its product.
    owners: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)
    #: In which row each SKU, barcode or variant stands.
    rows: dict[str | UUID | tuple[str], int] = field(default_factory=dict)
    #: Settings that were there and are referred to, so that they must stay.
    referred: set[UUID] = field(default_factory=set)
    #: The row of each product that joins those that count, and how many leave them.
    added: list[int] = field(default_factory=list)
    archived: int = 0
    brands: int = 0
    categories: int = 0
    _settings: list[Setting] = field(default_factory=list)
    _new: set[UUID] = field(default_factory=set)

    def take_settings(self) -> list[Setting]:
        """The settings that were made since the last time."""
        settings, self._settings = self._settings, []
        return settings

    def refer(self, kind: str, text: str) -> UUID | None:
        """The setting that a cell names, made if it may be; None if there is none."""
        target = self.book.find(kind, text)
        if target is None and self.create_missing and kind in _CREATABLE:
            return self._make_path(text) if kind == CATEGORIES else self._make_brand(text)
        return target

    def holder_of(self, barcode: str, variant_id: UUID | None) -> UUID | None:
        """The product of another variant than this one that has a barcode; None if there is none."""
        owner, product_id = self.owners.get(barcode_key(barcode), (variant_id, None))
        return product_id if owner != variant_id else None

    def check_reference(self, kind: str, setting_id: UUID) -> bool:
        """Whether a product may begin to refer to it; it is remembered, so that it can be held."""
        if not self.book.is_open(kind, setting_id):
            return False
        if setting_id not in self._new:
            self.referred.add(setting_id)
        return True

    def _make_brand(self, name: str) -> UUID:
        brand = Brand.begin(Brand.Registered, self.new_id(), name=name)
        self.brands += 1
        return self._add(SettingNames(Brand.kind, brand.id, name), brand)

    def _make_path(self, text: str) -> UUID | None:
        above: UUID | None = None
        path = path_of(text)
        if len(path) > DEEPEST:
            return None
        for name in path:
            branch = self.book.child(CATEGORIES, name, above)
            if branch is None:
                category = Category.begin(Category.Registered, self.new_id(), name=name, parent_id=above)
                branch = self._add(SettingNames(CATEGORIES, category.id, name, above), category)
                self.categories += 1
            elif branch not in self._new:
                # What hangs below it needs it to stay.
                self.referred.add(branch)
            above = branch
        return above

    def _add(self, named: SettingNames, setting: Setting) -> UUID:
        self.book.add(named)
        self._new.add(named.id)
        self._settings.append(setting)
        return named.id
