"""What an import of the catalog did, or would do."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from domain.catalog.moving_in import OWN, Findings, MovedSheet
from domain.errors import Detail, Invalid
from domain.sheets import Problem

#: How many errors are told one by one, of those that are found first; all are counted.
MOST_ERRORS = 1000


@dataclass(frozen=True, slots=True)
class IgnoredColumn:
    """A column that is not taken, and why."""

    column: str
    reason: str


@dataclass(kw_only=True)
class Report:
    """What an import did, or would do: rows, products by what became of them, what is wrong with the file.

    `errors` are the first that were found, product by product, ordered by row; `error_count` counts all.
    Errors keep the whole file out; rows that were `skipped` or need a hand (`by_hand`) do not.
    """

    format: str = OWN
    encoding: str = "utf-8"
    rows: int = 0
    products: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    brands_created: int = 0
    categories_created: int = 0
    skus_made: int = 0
    stock_recorded: int = 0
    stock_known: int = 0
    ignored_columns: list[IgnoredColumn] = field(default_factory=list)
    skipped_count: int = 0
    skipped: list[Problem] = field(default_factory=list)
    by_hand_count: int = 0
    by_hand: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error_count: int = 0
    errors: list[Problem] = field(default_factory=list)

    def note(self, problems: Iterable[Problem]) -> None:
        """Count what is wrong, and keep it while there is room."""
        for problem in problems:
            self.error_count += 1
            if self.error_count <= MOST_ERRORS:
                self.errors.append(problem)

    def take_findings(self, findings: Findings) -> None:
        """Say what was found in the file of another system."""
        self.skus_made = findings.skus_made
        self.ignored_columns = [IgnoredColumn(*one) for one in findings.ignored.items()]
        self.skipped_count, self.skipped = findings.skipped.count, findings.skipped.in_order()
        self.by_hand_count, self.by_hand = findings.by_hand.count, findings.by_hand.in_order()
        self.notes = findings.notes

    def name_holders(self, called: Callable[[Collection[UUID]], Mapping[UUID, tuple[str, str]]]) -> None:
        """Say what those are called that have already what rows ask for, and where they stand."""
        names = called({one.id for one in self.errors if one.id})
        for index, one in enumerate(self.errors):
            if one.id and one.id in names:
                name, status = names[one.id]
                self.errors[index] = replace(one, name=name, status=status)

    def name_columns(self, sheet: MovedSheet) -> None:
        """Call columns in errors as the file of another system does."""
        self.errors = [replace(one, column=one.column and sheet.label(one.column)) for one in self.errors]


class SheetNotValid(Invalid):
    """Some rows of the file are not valid, so nothing was imported."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(
            f"The file has {report.error_count:,} errors; nothing was imported.",
            details=[_detail(problem) for problem in report.errors],
        )


def _detail(problem: Problem) -> Detail:
    detail = Detail(f"{problem.row}.{problem.column}", problem.code, problem.message)
    return detail.held_by(problem.id, problem.name, problem.status) if problem.id and problem.name else detail
