"""What is bought together as CSV or spreadsheet: the first so many rows, and what they are of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import IO, Any, LiteralString
from uuid import UUID

from falcon import Request, Response

from api.answers import Answer, meanings_of
from api.fields import Body, Whole
from api.market_basket.answers import HOW_MANY
from api.market_basket.look import BasketResource, Look
from api.media import CSV, XLSX
from api.reports.exports.download import send_file
from api.reports.exports.parameters import listing_fields, options_of, query_text
from api.reports.files import About, Listing, Options
from api.reports.files.about import BASKETS as BASKET_FILES
from api.reports.files.csv import write_csv
from api.reports.files.xlsx import write_xlsx
from commands.ports import Missing
from commands.unavailable import Busy
from domain.market_basket import PLACES
from projections.base import Database, Row
from projections.companies import find_company
from projections.market_basket.limits import Occupied
from projections.market_basket.memory import alone
from projections.reports.called import ask_called
from projections.reports.columns import Column, Unit
from projections.reports.section import Criteria

MEDIA = (CSV, XLSX)
#: How many rows a file has at most: a spreadsheet of so many takes three seconds of a core.
MOST_ROWS = 10_000
_WRITERS: Mapping[str, Callable[[Listing, IO[bytes], Options], About]] = MappingProxyType(
    {"csv": write_csv, "xlsx": write_xlsx}
)
#: A file begins with the first row.
_NOT_OF_FILES = frozenset({"page"})

ABOUT_FILES = """\
The columns have the names of the fields, ratios their six places; a spreadsheet has 0 for a `p_value` that \
is too small for its numbers (below 1e-307). A text that a spreadsheet would compute gets an apostrophe in \
front. A spreadsheet has ids and stock-keeping units as texts, and a second sheet that says what was asked \
for, up to which position of the log, how many rows there are in all, and what each column means. `X-Report- \
Checksum` is the SHA-256 of the rows, the same in both formats, and `X-Report-About` a token that says what \
the file is of."""


BASKETS = Column(name="baskets", label="Baskets", unit="count", meaning=HOW_MANY)


def figure(answer: type[Answer], name: LiteralString, label: str, unit: Unit) -> Column:
    """The column of a figure that means what the answer says of it."""
    meaning = meanings_of(answer)[name]["meaning"]
    return Column(name=name, label=label, unit=unit, meaning=meaning, places=PLACES)


def file_query(kind: type[Body]) -> Body:
    """The parameters of a list for a file of its first rows."""
    own = {
        **listing_fields(*_WRITERS),
        "limit": Whole(
            least=1, most=MOST_ROWS, load_default=MOST_ROWS, meaning="How many rows at most.", example=10_000
        ),
    }
    made = type(f"{kind.__name__}OfFile", (kind,), {"__doc__": "What to export, and as what.", **own})
    schema: Body = made(exclude=_NOT_OF_FILES)
    return schema


@dataclass(frozen=True, kw_only=True)
class BasketListing(Listing):
    """The first rows of what was found."""

    shown: Sequence[Column]
    found: Iterator[Row]

    @property
    def columns(self) -> Sequence[Column]:
        """All that rows have."""
        return self.shown

    def rows(self) -> Iterator[Row]:
        """One after another, as each is large."""
        return self.found


@dataclass(frozen=True, kw_only=True)
class FileRows:
    """Rows of a file, of so many in all: of which section, and what ids that were asked for are called."""

    section: str
    title: str
    columns: Sequence[Column]
    rows: Iterator[Row]
    count: int
    names: Mapping[str, str]
    compared_with: tuple[date, date] | None = None


class BasketFile(BasketResource):
    """Base of what answers with a file."""

    def send(self, req: Request, resp: Response, find: Callable[[Look, Mapping[str, Any]], FileRows]) -> None:
        """Answer with the first rows of what is found. Raises what is in REFUSALS, Busy.

        One file at a time: each takes seconds of a core, which tills need as well.
        """
        try:
            with alone(self.services.baskets.writing, 0):
                self._send(req, resp, find)
        except Occupied:
            self.come_again(req)
            raise Busy from None

    def _send(
        self, req: Request, resp: Response, find: Callable[[Look, Mapping[str, Any]], FileRows]
    ) -> None:
        query = {**req.context.query, "page": 1}
        listing = self.look(req, resp, lambda look: _listing(look, query, find(look, query)))
        kind = query["format"]
        file: IO[bytes] = TemporaryFile()  # noqa: SIM115 the response closes it
        try:
            # The transaction is over: what is written was counted and named before.
            about = _WRITERS[kind](listing, file, options_of(query, listing.about.currency))
        except BaseException:
            file.close()
            raise
        send_file(resp, file, about, kind)


def _listing(look: Look, query: Mapping[str, Any], found: FileRows) -> BasketListing:
    company = find_company(look.db)
    if company is None:
        raise Missing
    about = About(
        company_id=company["company_id"],
        company=company["name"],
        currency=company["currency"],
        area=BASKET_FILES,
        section=found.section,
        title=found.title,
        query=query_text(_spelled_out(look, query)),
        columns=tuple(column.name for column in found.columns),
        position=look.position,
        week_start=company["week_start"],
        made_at=look.now,
        compared_with=found.compared_with,
        count=found.count,
    )
    names = {**found.names, **_store_names(look.db, look)}
    return BasketListing(about=about, names=names, shown=found.columns, found=found.rows)


def _spelled_out(look: Look, query: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """All that was asked for, also what nobody said: rows cannot be told without their filters."""
    not_asked = {*listing_fields(*_WRITERS), "page", "from_date", "to_date", "store_id"}
    texts: dict[str, str | list[str]] = {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in query.items()
        if value is not None and name not in not_asked
    }
    stores = look.counting.scope.stores
    if stores is not None:
        texts["store_id"] = sorted(map(str, stores))
    return {**texts, "from": str(look.period.from_date), "to": str(look.period.to_date)}


def _store_names(db: Database, look: Look) -> Mapping[str, str]:
    stores: tuple[UUID, ...] | None = look.counting.scope.stores
    if not stores:
        return {}
    criteria = Criteria(period=look.period, position=look.position, permissions=frozenset(), stores=stores)
    return {str(one): name for one, name in ask_called(db, criteria, stores).read().items()}
