"""A read model's rows beside those that its log makes: which of them differ, found in small steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row, tuple_row

from infra.postgres.transactions import Transaction
from infra.projections.staging import SAME_VALUES, Table, listed

#: How many rows are compared in one transaction: a few tenths of a second, so that the server can clean up
#: behind the tills in between.
STEP = 10_000

#: What tells a row of a company apart from others of it, as the database writes it.
Key = tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """A cell that is not what the log says; without a column the whole row is missing, or one too many.

    Values are as the database writes them; None stands for NULL.
    """

    table: str
    key: Mapping[str, str]
    column: str | None
    live: str | None
    rebuilt: str | None

    def __str__(self) -> str:
        key = ", ".join(f"{name} {value}" for name, value in self.key.items())
        if self.column is None:
            return f"{self.table} ({key}): the row is {'missing' if self.live is None else 'not in the log'}"
        return f"{self.table} ({key}): {self.column} is {self.live}, the log says {self.rebuilt}"


@dataclass(frozen=True)
class Step:
    """The rows of a table whose keys lie after one (else all from the first) up to another (else all)."""

    table: Table
    after: Key | None = None
    upto: Key | None = None

    def begin(self, db: Transaction, rows: int = STEP) -> "Step":
        """The step from where this one begins over about so many rows, of whichever side has more of them."""
        statement = _BOUND.format(
            key=_texts(self.table),
            columns=self.table.key_list,
            live=self.table.live,
            staged=self.table.staged,
            within=self._within(),
        )
        cursor = db.connection.cursor(row_factory=tuple_row)
        bound = cursor.execute(statement, {"company_id": db.company_id, "rows": rows}).fetchone()
        return Step(self.table, self.after, bound)

    def count(self, db: Transaction) -> int:
        """How many live rows there are."""
        statement = _COUNT.format(live=self.table.live, within=self._within())
        row = db.connection.execute(statement, {"company_id": db.company_id}).fetchone()
        return int(row[0]) if row else 0

    def compare(self, db: Transaction, shown: int) -> tuple[int, list[Difference]]:
        """How many rows differ, and the first of them, cell by cell."""
        table = self.table
        statement = _DIFFERENCES.format(
            columns=sql.SQL(", ").join(
                sql.SQL("{}::text AS {}").format(sql.Identifier(side, name), sql.Identifier(f"{side} {name}"))
                for name in table.columns
                for side in ("live", "staged")
            ),
            first=sql.Identifier(table.key[0]),
            live=table.live,
            staged=table.staged,
            within=self._within(),
            same_key=table.matching("live", "staged"),
            order=sql.SQL(", ").join(
                sql.SQL("coalesce(live.{0}, staged.{0})").format(sql.Identifier(name)) for name in table.key
            ),
        )
        cursor = db.connection.cursor(row_factory=dict_row)
        rows = cursor.execute(statement, {"company_id": db.company_id, "shown": max(shown, 1)}).fetchall()
        differences = [difference for row in rows[:shown] for difference in _cells(table, row)]
        return (rows[0]["differing"] if rows else 0), differences

    def _within(self) -> sql.Composed:
        """The condition that a row belongs to it."""
        bounds = ((">", self.after), ("<=", self.upto))
        conditions: list[sql.Composable] = [
            # Without the company, which is said before: a row that is compared from the company on is looked
            # for from the company's first, and each step walks past all that were before it.
            sql.SQL("({}) {} ({})").format(
                listed(self.table.own_key), sql.SQL(sign), sql.SQL(", ").join(map(sql.Literal, key))
            )
            for sign, key in bounds
            if key is not None
        ]
        return sql.SQL(" AND ").join([sql.SQL("true"), *conditions])


def count_differences(db: Transaction, tables: Sequence[Table]) -> int:
    """How many rows of the company are not what the log says, in all of these tables."""
    return sum(Step(table).compare(db, 0)[0] for table in tables)


_COUNT = sql.SQL("SELECT count(*) FROM {live} WHERE company_id = %(company_id)s AND {within}")

# Where a step ends: the row that so many come before, on the side where it comes first.
_BOUND = sql.SQL("""
    SELECT {key}
      FROM ((SELECT {columns} FROM {live} WHERE company_id = %(company_id)s AND {within}
              ORDER BY {columns} OFFSET %(rows)s::bigint LIMIT 1)
            UNION ALL
            (SELECT {columns} FROM {staged} WHERE company_id = %(company_id)s AND {within}
              ORDER BY {columns} OFFSET %(rows)s::bigint LIMIT 1)) AS bound
     ORDER BY {columns}
     LIMIT 1
""")

# Of a row that has no other the condition is NULL, which is not true either.
_DIFFERENCES = sql.SQL(f"""
    SELECT {{columns}}, live.{{first}} IS NULL AS is_missing, staged.{{first}} IS NULL AS is_extra,
           count(*) OVER () AS differing
      FROM (SELECT * FROM {{live}} WHERE company_id = %(company_id)s AND {{within}}) AS live
      FULL JOIN (SELECT * FROM {{staged}} WHERE company_id = %(company_id)s AND {{within}}) AS staged
        ON {{same_key}}
     WHERE {SAME_VALUES.format(one="live", other="staged")} IS NOT TRUE
     ORDER BY {{order}}
     LIMIT %(shown)s
""")


def _texts(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in table.own_key)


def _cells(table: Table, row: Mapping[str, Any]) -> Iterator[Difference]:
    """What differs in a row."""
    side = "staged" if row["is_missing"] else "live"
    key = {name: row[f"{side} {name}"] for name in table.key}
    if row["is_missing"] or row["is_extra"]:
        there = "there"
        yield Difference(table.name, key, None, *((None, there) if row["is_missing"] else (there, None)))
        return
    for name in table.columns:
        if row[f"live {name}"] != row[f"staged {name}"]:
            yield Difference(table.name, key, name, row[f"live {name}"], row[f"staged {name}"])
