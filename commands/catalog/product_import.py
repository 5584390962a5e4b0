"""Importing the catalog from a sheet: every row's every error, and all of it or nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from commands.catalog.assortment import ExistingVariant, ImportWork, KeepingWork
from commands.catalog.import_context import ImportContext
from commands.catalog.import_report import Report, SheetNotValid
from commands.catalog.import_sheet import note_taxes, open_sheet
from commands.catalog.import_terms import ImportTerms
from commands.catalog.opening_stock import OpeningStock, check_right
from commands.catalog.product_rows import Group, ProductDecision
from commands.ports import ConcurrentEdit
from domain.catalog.cells import id_or_none, split_escaped
from domain.catalog.moving_in import MovedSheet
from domain.catalog.product_sheet import Cells
from domain.catalog.products import Product, sku_key
from domain.catalog.reference_book import ReferenceBook
from domain.catalog.units import UnitChange
from domain.money import exponent
from domain.settings import Setting
from domain.sheets import Problem, is_storable

#: How many rows are looked up at once, and how many products are decided at once.
LOOK_SIZE, BATCH_SIZE = 5000, 2000

#: Whose rows: a product's id, the file's own text for it, or the index of the one row there is.
Owner = UUID | str | int


@dataclass(frozen=True, kw_only=True)
class ImportProducts(ImportTerms):
    """Import a file, or only say what importing it would do. `chunks` gives its bytes from the beginning."""

    chunks: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, kw_only=True)
class KeepImport(ImportTerms):
    """Keep a file, for a worker to import it."""

    id: UUID
    content: bytes


def keep_import(command: KeepImport, work: KeepingWork) -> UUID:
    """Keep it. Raises MayNotStock, TooManyImports."""
    if command.storage_id is not None:
        check_right(work.caller)
    work.imports.open(command.id, command.content, command)
    return command.id


def import_products(command: ImportProducts, work: ImportWork) -> Report:
    """Import every row, or with one wrong row none; without `commit`, record nothing and tell what is wrong.

    Raises SheetNotReadable; with `commit` also SheetNotValid, PlanLimitReached, ConcurrentEdit. With stock
    also MayNotStock, OtherStore, Invalid, and with `commit` PeriodClosed and AmountTooLarge.
    """
    run = _Import(command, work)
    report = run.decide()
    if not command.commit:
        return report
    if report.error_count:
        raise SheetNotValid(report)
    run.settle()
    return report


class _Import:
    """One run over a file."""

    def __init__(self, command: ImportProducts, work: ImportWork) -> None:
        self._commit = command.commit
        self._work = work
        self._assortment = work.assortment
        self._report = Report()
        book, currency = ReferenceBook(self._assortment.references()), self._assortment.currency()
        self._sheet = open_sheet(command.chunks, command, book, currency, self._report)
        self._moved = self._sheet if isinstance(self._sheet, MovedSheet) else None
        self._units: dict[UUID, UnitChange] = {}
        self._report.rows = self._sheet.size
        self._report.note(self._sheet.problems)
        self._opening = self._opening_stock(command.storage_id)
        self._context = ImportContext(
            book=book,
            choices=self._assortment.choices(),
            places=exponent(currency),
            create_missing=command.create_missing,
            sees_costs=work.caller.sees_costs,
            new_id=work.new_id,
            now=work.now,
        )

    def decide(self) -> Report:
        """Decide about every row; save what came of it if that is wanted and nothing is wrong so far."""
        groups, done = iter(self._grouped().items()), 0
        while batch := list(islice(groups, BATCH_SIZE)):
            self._take([self._group(owner, indexes) for owner, indexes in batch])
            done += sum(len(indexes) for _, indexes in batch)
            self._assortment.passed(done, self._report.rows)
        self._check_room()
        report = self._report
        report.errors.sort(key=lambda problem: problem.row)
        report.name_holders(self._assortment.called)
        report.brands_created, report.categories_created = self._context.brands, self._context.categories
        if self._opening and not self._commit:
            report.stock_recorded, report.stock_known = self._opening.foresee()
        if self._moved:
            note_taxes(self._moved, self._assortment.tax_rates())
            report.take_findings(self._moved.findings)
            report.name_columns(self._moved)
        return report

    def settle(self) -> None:
        """Hold what was referred to, and see that the company's package has room.

        Raises ConcurrentEdit, PlanLimitReached. Tills wait from here on, so only now it is looked whether
        stock has come meanwhile that keeps a product from its new unit.
        """
        if self._assortment.units_in_use(self._units, alone=True):
            raise ConcurrentEdit
        if (self._report.created or self._report.changed) and not self._assortment.held(
            self._context.referred
        ):
            raise ConcurrentEdit
        if self._opening:
            self._report.stock_recorded, self._report.stock_known = self._opening.book()
        if (more := len(self._context.added) - self._context.archived) > 0:
            self._work.plan.check_room("products", more, counted=self._assortment.writes)

    def _opening_stock(self, storage_id: UUID | None) -> OpeningStock | None:
        """What takes stock along, if a storage is named for it. Raises MayNotStock."""
        if storage_id is None or self._moved is None:
            return None
        self._precisions = self._assortment.precisions()
        return OpeningStock(self._work, storage_id, f"Moved in from {self._report.format}")

    def _take_stock(self, decision: ProductDecision) -> None:
        """Take the stock of a product's articles along, where the file says how much there is."""
        if self._opening is None or self._moved is None:
            return
        for opening in decision.openings(self._moved.stock):
            self._opening.add(opening, self._precisions, self._moved)

    def _grouped(self) -> dict[Owner, list[int]]:
        """The indexes of the rows of each product: by its id, by a text of the file's own, or row by row.

        A text stands for the product that has one of its rows' variants already, if there is one.
        """
        owners: dict[Owner, UUID] = {}
        named: list[Owner] = []
        for index, cells in self._look_up():
            key, variant = self._sheet.text(cells, "product_id"), self._variant_of(cells)
            owner: Owner = (id_or_none(key) or key) if key else variant.product_id if variant else index
            named.append(owner)
            if isinstance(owner, str) and variant:
                owners.setdefault(owner, variant.product_id)
        groups: defaultdict[Owner, list[int]] = defaultdict(list)
        for index, owner in enumerate(named):
            groups[owners.get(owner, owner)].append(index)
        return groups

    def _look_up(self) -> Iterator[tuple[int, Cells]]:
        """Each row's index and cells, after its variant and its barcodes were looked for in the catalog."""
        context, sheet = self._context, self._sheet
        rows = enumerate(row[1] for row in sheet.rows if row)
        while chunk := list(islice(rows, LOOK_SIZE)):
            ids = {one for _, cells in chunk if (one := id_or_none(sheet.text(cells, "variant_id")))}
            skus = {sku_key(sheet.text(cells, "sku")) for _, cells in chunk}
            for row in self._assortment.variants(ids, set(filter(is_storable, skus))):
                variant = ExistingVariant(**row)
                context.by_id[variant.id] = variant
                if not variant.is_free:
                    context.by_sku[variant.sku_key] = variant
            codes = {
                code.strip()
                for _, cells in chunk
                for code in split_escaped(sheet.text(cells, "barcodes"), "|")
            }
            context.owners.update(self._assortment.owners(set(filter(is_storable, codes - {""}))))
            yield from chunk

    def _variant_of(self, cells: Cells) -> ExistingVariant | None:
        if text := self._sheet.text(cells, "variant_id"):
            variant_id = id_or_none(text)
            return self._context.by_id.get(variant_id) if variant_id else None
        return self._context.by_sku.get(sku_key(self._sheet.text(cells, "sku")))

    def _group(self, owner: Owner, indexes: Sequence[int]) -> Group:
        """Read the rows of a product. The cells are not needed again, so their room is given back."""
        problems: list[Problem] = []
        rows = []
        for index in indexes:
            row, self._sheet.rows[index] = self._sheet.rows[index], None
            if row:
                number, cells = row
                parsed = self._sheet.parse(number, cells, self._context.places, problems)
                rows.append((parsed, self._variant_of(cells)))
        return Group(owner if isinstance(owner, UUID) else None, rows, problems)

    def _take(self, groups: Sequence[Group]) -> None:
        """Decide about some products. Drafts are saved before they move on: each run is written at once."""
        products = self._assortment.products([group.owner for group in groups if group.owner])
        self._look_at_archived(product for product in products.values() if product and product.is_archived)
        batch = [ProductDecision(group, self._context, products) for group in groups]
        for one in batch:
            one.edit()
        units = {product_id: unit for one in batch for product_id, unit in one.new_unit.items()}
        in_use = self._assortment.units_in_use(units, alone=False)
        for one in batch:
            one.check_unit(in_use)
        self._units |= units
        self._save(self._context.take_settings(), batch)
        archived = [variant for one in batch if one.goes_out for variant in one.variant_ids]
        stocked = set(self._assortment.stocked(archived)) if archived else set()
        for one in batch:
            one.move(stocked)
        self._save((), batch)
        report = self._report
        report.products += len(batch)
        for one in batch:
            report.note(one.problems)
            if not one.problems:
                self._take_stock(one)
                report.created += one.is_new
                report.changed += one.has_changed and not one.is_new
                report.unchanged += not one.has_changed

    def _look_at_archived(self, products: Iterable[Product]) -> None:
        """Look who has by now what these had: they may come back."""
        variants = [variant for product in products for variant in product.variants.values()]
        if not variants:
            return
        context = self._context
        for row in self._assortment.variants((), {sku_key(variant.sku) for variant in variants}):
            context.by_sku[row["sku_key"]] = ExistingVariant(**row)
        codes = {code for variant in variants for code in variant.barcodes}
        context.owners.update(self._assortment.owners(codes))

    def _save(self, settings: Iterable[Setting], batch: Iterable[ProductDecision]) -> None:
        if not self._commit or self._report.error_count or any(one.problems for one in batch):
            return
        self._work.save(*settings)
        self._work.save(*(one.product for one in batch if one.product))

    def _check_room(self) -> None:
        """Say which row is the first that the company's package has no room for."""
        added, archived = self._context.added, self._context.archived
        if self._commit or len(added) <= archived:
            return
        room = self._work.plan.room("products")
        # What the file archives makes room for as many.
        if room is not None and len(added) > (most := max(room, 0) + archived):
            message = f"The package has room for {most:,} more products."
            self._report.note([Problem(added[most], "", "plan_limit_reached", message)])
