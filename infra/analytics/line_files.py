"""Facts of lines as Parquet, a file a month, all up to one position of the log."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pyarrow as pa
from pyarrow import parquet

from domain.errors import Conflict, NotFound
from infra.postgres.connections import BULK, bounded
from infra.postgres.transactions import Transaction, transaction
from projections.reports.sales.line_export import (
    KINDS,
    Column,
    Month,
    State,
    ask_months,
    ask_state,
    columns_of,
    lines_statement,
)

#: How many lines are in memory at a time, and in a row group of a file: they take 50 MB at most on their way.
ROWS = 16_384

_TYPES = {"whole": pa.int64(), "date": pa.date32(), "text": pa.string()}
_COMPRESSION = "zstd"

#: Told after each part: how many lines are written, and of how many.
Progress = Callable[[int, int], None]


class NothingSold(NotFound):
    """Nothing was sold in this company yet, as far as reports know: there is nothing to export."""


class MadeAnewMeanwhile(Conflict):
    """The facts were made anew from the log meanwhile, so files would be of two makings: try again."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What an export has written: files, and lines up to a position of the log."""

    position: int
    files: int
    lines: int


class LineFiles:
    """An export into an empty folder, of one company."""

    def __init__(self, conninfo: str, company_id: UUID, folder: Path, *, costs: bool = False) -> None:
        self._conninfo = conninfo
        self._company_id = company_id
        self._folder = folder
        self._costs = costs
        self._columns = columns_of(costs=costs)

    def write(self, progress: Progress) -> Exported:
        """Write a file for each month, whole or not at all. Raises NothingSold, MadeAnewMeanwhile.

        Each month is read in a transaction of its own, so that none stands open for long: facts up to a
        position never change, whatever is sold meanwhile. Until all is there the names begin with `_`, which
        Spark leaves aside.
        """
        address = bounded(self._conninfo, BULK)
        with psycopg.connect(address, autocommit=True, application_name="mipos facts") as connection:
            state, months = self._begin(connection)
            self._folder.mkdir(parents=True, exist_ok=True)
            total, done = sum(month.lines for month in months), 0
            for month in months:
                for lines in self._write_month(connection, state, month):
                    done += lines
                    progress(done, total)
        for month in months:
            self._part(month).rename(self._folder / _name(month))
        return Exported(position=state.position, files=len(months), lines=done)

    def _begin(self, connection: psycopg.Connection[Any]) -> tuple[State, list[Month]]:
        with transaction(connection, self._company_id, reading=True) as db:
            state = ask_state(db).read()
            months = ask_months(db, state.position).read()
        if not months:
            raise NothingSold
        return state, months

    def _write_month(self, connection: psycopg.Connection[Any], state: State, month: Month) -> Iterator[int]:
        """Write one month; after each part, how many lines it had."""
        schema = self._schema(state.position)
        with (
            transaction(connection, self._company_id, reading=True) as db,
            parquet.ParquetWriter(self._part(month), schema, compression=_COMPRESSION) as file,
        ):
            for rows in self._parts(db, state, month):
                file.write_batch(pa.RecordBatch.from_arrays(_arrays(rows, schema), schema=schema))
                yield len(rows)
            # Asked last: a new making would have come into place before or between.
            if ask_state(db).read().made_at != state.made_at:
                raise MadeAnewMeanwhile

    def _parts(self, db: Transaction, state: State, month: Month) -> Iterator[list[tuple[Any, ...]]]:
        """The lines of a month, so many at a time, from a cursor of the server."""
        params = {"company_id": self._company_id, "position": state.position, "month": month.begins}
        with db.connection.cursor("lines") as cursor:
            cursor.execute(lines_statement(costs=self._costs), params, binary=True)
            while rows := cursor.fetchmany(ROWS):
                yield rows

    def _part(self, month: Month) -> Path:
        return self._folder / f"_{_name(month)}"

    def _schema(self, position: int) -> Any:
        """The columns with their meanings, and of which company and position they are."""
        about = {"mipos.company_id": str(self._company_id), "mipos.position": str(position)}
        return pa.schema([_field(column) for column in self._columns], metadata=about)


def _name(month: Month) -> str:
    return f"lines-{month.begins:%Y-%m}.parquet"


def _field(column: Column) -> Any:
    about = {"meaning": column.meaning}
    return pa.field(column.name, _TYPES[column.kind], nullable=column.partial, metadata=about)


def _arrays(rows: Sequence[tuple[Any, ...]], schema: Any) -> list[Any]:
    columns = dict(zip(schema.names, zip(*rows, strict=True), strict=True))
    columns["kind"] = tuple(KINDS[kind] for kind in columns["kind"])
    return [pa.array(columns[field.name], field.type) for field in schema]
