"""What stores, registers, categories and the like were called, from which position of the log on."""

from typing import LiteralString

from domain.catalog.brands import Brand
from domain.catalog.categories import Category
from domain.registers import Register
from domain.settings import Setting
from domain.storages import Storage
from domain.stores import Store
from domain.suppliers import Supplier
from projections.base import Event, Projection, Statements, all_but

#: What rows of reports are called by.
_NAMED: tuple[type[Setting], ...] = (Store, Storage, Register, Brand, Category, Supplier)

_NAME: LiteralString = """
    INSERT INTO report_names (company_id, id, position, name)
    VALUES (%(company_id)s, %(stream_id)s, %(position)s, %(name)s)
"""

_PLACE: LiteralString = """
    INSERT INTO report_categories (company_id, id, position, parent_id)
    VALUES (%(company_id)s, %(stream_id)s, %(position)s, %(parent_id)s)
"""

_NAMING: dict[Event, Statements] = {
    event: _NAME
    for kind in _NAMED
    for event in (kind.Registered, kind.Renamed)  # type: ignore[attr-defined]  # each kind has both
}


class ReportNames(Projection):
    """One row for each name that something had, and for each place of a category in the tree.

    The last row that is not beyond a position is what counted then.
    """

    name = "report_names"
    tables = ("report_names", "report_categories")
    on = {
        **_NAMING,
        Category.Registered: (_NAME, _PLACE),
        Category.Moved: _PLACE,
    }
    ignores = frozenset().union(*(all_but(kind, *_NAMING, Category.Moved) for kind in _NAMED))
    schema = """
        CREATE TABLE report_names (
            company_id uuid NOT NULL,
            id         uuid NOT NULL,
            position   bigint NOT NULL,
            name       text NOT NULL,
            PRIMARY KEY (company_id, id, position)
        );
        CREATE TABLE report_categories (
            company_id uuid NOT NULL,
            id         uuid NOT NULL,
            position   bigint NOT NULL,
            parent_id  uuid,
            PRIMARY KEY (company_id, id, position)
        );
    """


def name_of(table_id: LiteralString) -> LiteralString:
    """The name, at the position that is asked for, of what has this id in SQL; null where it has none."""
    return f"""(SELECT called.name FROM report_names AS called
             WHERE called.company_id = %(company_id)s AND called.id = {table_id}
               AND called.position <= %(position)s::bigint
             ORDER BY called.position DESC LIMIT 1)"""


def user_name_of(table_id: LiteralString) -> LiteralString:
    """What the user of this id in SQL is called now, without the address that they sign in with."""
    return f"""(SELECT split_part(called.username, '@', 1) FROM users AS called
             WHERE called.company_id = %(company_id)s AND called.id = {table_id})"""
