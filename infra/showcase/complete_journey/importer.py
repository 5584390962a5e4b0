"""The import: the selected history in batches, so that it can be broken off anywhere and gone on with.

First all that sales refer to, then the sales: of a catalog, many at once cost a read model much less.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from uuid import UUID

from domain.companies import Company
from domain.errors import Conflict, NotFound
from domain.pricing import Rules
from infra.decisions.bulk import (
    BulkRecorder,
    Streams,
    company_named,
    first_fact,
    found_company,
    record_events,
)
from infra.decisions.unit_of_work import EventWriter
from infra.postgres.analyzing import analyze_grown
from infra.postgres.connections import BULK
from infra.postgres.pool import RequestPool
from infra.postgres.request_transactions import request_transaction
from infra.showcase.complete_journey.mapping import History
from infra.showcase.complete_journey.source import CURRENCY, TIMEZONE, Selection, Source, find_files
from projections.companies import find_company, rules_of

#: How many sales make a transaction, or things that they refer to.
BATCH_SIZE = 1000

#: Told after each batch how many sales are there (none before everything that they refer to is), of how many
#: in the whole selection.
Progress = Callable[[int, int], None]


class UnknownCompany(NotFound):
    """There is no such company."""


class OtherCurrency(Conflict):
    """The history is in US dollars and cannot be mixed with another currency."""

    code = "other_currency"
    remedy = "Import it into a company whose currency is the US dollar."


def import_history(
    pool: RequestPool,
    writer: EventWriter,
    company: str,
    selection: Selection,
    progress: Progress | None = None,
    *,
    batch_size: int = BATCH_SIZE,
) -> int:
    """Bring the selected sales into a company, named by its id or its name; a new name makes a new company.

    What is there already stays, so that a second run changes nothing. Returns how many events were
    new. Raises HistoryNotInstalled, UnknownCompany, OtherCurrency, NameTaken.
    """
    source = Source(find_files(), selection)
    company_id = company_id_of(company)
    rules = open_company(pool, writer, company, company_id)
    history = History(company_id, rules)
    total, done, new, sizes = source.count_baskets(), 0, 0, deque[int]()

    def batches() -> Iterator[Streams]:
        known = source.selling_stores(), source.households(), source.products()
        for streams in history.references(*known, batch_size):
            sizes.append(0)
            yield streams
        for baskets in source.baskets(batch_size):
            sizes.append(len(baskets))
            yield history.sales(baskets)

    with closing(BulkRecorder(pool, writer, company_id).record(batches())) as recorded:
        for events in recorded:
            new += events
            done += sizes.popleft()
            if progress:
                progress(done, total)
    if new:
        with pool.connection() as connection:
            analyze_grown(connection)
    return new


def company_id_of(company: str) -> UUID:
    """The id that a company's name or id stands for."""
    try:
        return UUID(company)
    except ValueError:
        return company_named(company)


def open_company(pool: RequestPool, writer: EventWriter, company: str, company_id: UUID) -> Rules:
    """How the company rounds; one that is named and not there yet is taken on.

    Raises UnknownCompany, OtherCurrency.
    """
    with (
        pool.connection() as connection,
        request_transaction(connection, company_id, models=writer.models, bounds=BULK) as db,
    ):
        row = find_company(db)
        if row is None:
            if str(company_id) == company.lower():
                raise UnknownCompany
            found_company(db)
            record_events(db, writer, [_company(company_id, company)], datetime.now(UTC))
            row = find_company(db)
    if row is None or row["currency"] != CURRENCY:
        raise OtherCurrency
    return rules_of(row)


def _company(company_id: UUID, name: str) -> Company.Registered:
    return first_fact(Company.Registered, company_id, name=name, currency=CURRENCY, timezone=TIMEZONE)
