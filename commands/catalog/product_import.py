"""Importing the catalog from a sheet: every row's every error, and all of it or nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from commands.catalog.assortment import ExistingVariant, ImportWork, KeepingWork
from commands.catalog.import_context import ImportContext
from commands.catalog.product_rows import Group, ProductDecision
from commands.ports import ConcurrentEdit
from domain.catalog.cells import id_or_none, split_escaped
from domain.catalog.product_sheet import ProductSheet
from domain.catalog.products import Product, sku_key
from domain.catalog.reference_book import ReferenceBook
from domain.catalog.units import UnitChange
from domain.errors import Detail, Invalid
from domain.money import exponent
from domain.settings import Setting
from domain.sheets import Problem, is_storable

#: How many errors are told one by one, of those that are found first; all are counted.
MOST_ERRORS = 1000
#: How many rows are looked up at once, and how many products are decided at once.
LOOK_SIZE, BATCH_SIZE = 5000, 2000

#: Whose rows: a product's id, the file's own text for it, or the index of the one row there is.
Owner = UUID | str | int


@dataclass(frozen=True, kw_only=True)
class ImportProducts:
    """Import a file, or only say what importing it would do. `chunks` gives its bytes from the beginning."""

    chunks: Callable[[], Iterable[bytes]]
    commit: bool = False
    create_missing: bool = False


@dataclass(frozen=True, kw_only=True)
class KeepImport:
    """Keep a file, for a worker to import it."""

    id: UUID
    content: bytes
    commit: bool = False
    create_missing: bool = False


@dataclass(kw_only=True)
class Report:
    """What an import did, or would do: rows, products by what became of them, what is wrong with the file.

    `errors` are the first that were found, product by product, ordered by row; `error_count` counts all.
    """

    rows: int = 0
    products: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    brands_created: int = 0
    categories_created: int = 0
    error_count: int = 0
    errors: list[Problem] = field(default_factory=list)

    def note(self, problems: Iterable[Problem]) -> None:
        """Count what is wrong, and keep it while there is room."""
        for problem in problems:
            self.error_count += 1
            if self.error_count <= MOST_ERRORS:
                self.errors.append(problem)


class SheetNotValid(Invalid):
    """Some rows of the file are not valid, so nothing was imported."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(
            f"The file has {report.error_count:,} errors; nothing was imported.",
            details=[Detail(f"{one.row}.{one.column}", one.code, one.message) for one in report.errors],
        )


def keep_import(command: KeepImport, work: KeepingWork) -> UUID:
    """Keep it. Raises TooManyImports."""
    work.imports.open(
        command.id, command.content, commit=command.commit, create_missing=command.create_missing
    )
    return command.id


def import_products(command: ImportProducts, work: ImportWork) -> Report:
    """Import every row, or with one wrong row none; without `commit`, record nothing and tell what is wrong.

    Raises SheetNotReadable; with `commit` also SheetNotValid, PlanLimitReached, ConcurrentEdit.
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
        self._sheet = ProductSheet(command.chunks())
        self._units: dict[UUID, UnitChange] = {}
        self._report = Report(rows=self._sheet.size)
        self._report.note(self._sheet.problems)
        self._context = ImportContext(
            book=ReferenceBook(self._assortment.references()),
            choices=self._assortment.choices(),
            places=exponent(self._assortment.currency()),
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
        report.brands_created, report.categories_created = self._context.brands, self._context.categories
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
        if (more := len(self._context.added) - self._context.archived) > 0:
            self._work.plan.check_room("products", more, counted=self._assortment.writes)

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

    def _look_up(self) -> Iterator[tuple[int, list[str]]]:
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

    def _variant_of(self, cells: list[str]) -> ExistingVariant | None:
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
