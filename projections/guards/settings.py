"""What decisions about settings must know of the others: taken names, references, and what is in use."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from domain.catalog.categories import Category
from domain.catalog.units import Unit
from domain.catalog.variant_types import VariantType
from domain.errors import Detail, Invalid
from domain.payment_methods import MethodAtSale, PaymentMethod
from domain.pending import Pending
from domain.settings import DuplicateCode, DuplicateName, InUse, Setting, Use, name_key
from projections import customers, settings, users
from projections.base import Answer, Database, Row
from projections.catalog import products
from projections.catalog.categories import position_of
from projections.guards.references import References
from projections.guards.stock_precision import ask_finer_than_unit
from projections.settings import NOWHERE, keys_of
from projections.shifts import shifts
from projections.stock import balances, counts, transfers

# The name, the code and the scope of the entity itself stand in for what an edit leaves as it is.
_NAMESAKES: LiteralString = """
    WITH own_keys AS (
        SELECT coalesce(%(name_key)s::text, own.name_key) AS name_key,
               coalesce(%(code_key)s::text, own.code_key) AS code_key,
               CASE WHEN %(has_scope)s::bool THEN %(scope_id)s::uuid
                    ELSE coalesce(own.scope_id, %(scope_id)s::uuid) END AS scope_id
          FROM (SELECT 1) AS always
          LEFT JOIN settings AS own ON own.company_id = %(company_id)s AND own.id = %(id)s
    )
    SELECT other.id, other.name, other.is_active, other.name_key = own_keys.name_key AS same_name
      FROM settings AS other, own_keys
     WHERE other.company_id = %(company_id)s AND other.kind = %(kind)s AND NOT other.is_archived
       AND other.id <> %(id)s AND other.scope_id = own_keys.scope_id
       AND (other.name_key = own_keys.name_key OR other.code_key = own_keys.code_key)
"""

# A command that hangs one of a kind under another holds this lock, so that no two close a cycle together.
_HOLD_KIND: LiteralString = """
    SELECT pg_advisory_xact_lock(hashtextextended(%(company_id)s::uuid::text || %(kind)s, 0))
"""

# What hangs above the one that is to become its parent; UNION ends even a ring.
_ABOVE: LiteralString = """
    WITH RECURSIVE above AS (
        SELECT %(target)s::uuid AS id
     UNION
        SELECT (one.fields ->> %(field)s)::uuid
          FROM above JOIN settings AS one ON one.company_id = %(company_id)s AND one.id = above.id
         WHERE one.fields ->> %(field)s IS NOT NULL
    )
    SELECT EXISTS (SELECT 1 FROM above WHERE id = %(id)s) AS closes, (SELECT count(*) FROM above) AS levels
"""

# How many levels hang below it, and no more than there can be.
_BELOW: LiteralString = """
    WITH RECURSIVE below AS (
        SELECT %(id)s::uuid AS id, 0 AS level
     UNION
        SELECT child.id, below.level + 1
          FROM below
          JOIN settings AS child ON child.company_id = %(company_id)s AND child.parent_id = below.id
         WHERE child.kind = %(kind)s AND NOT child.is_archived AND below.level < %(deepest)s::bigint
    )
    SELECT max(level) AS levels FROM below
"""

_COMPANY: LiteralString = """
    SELECT timezone, currency FROM companies WHERE company_id = %(company_id)s
"""

# Options are written out in the variants, so it is they who say which names and values are used.
_REMOVED_OPTIONS: LiteralString = """
    SELECT DISTINCT own.name AS option, v.options ->> own.name AS value
      FROM settings AS own
      JOIN variants AS v ON v.company_id = own.company_id AND v.options ? own.name
      JOIN products AS p ON p.company_id = v.company_id AND p.id = v.product_id AND p.status <> 'archived'
     WHERE own.company_id = %(company_id)s AND own.id = %(id)s AND own.kind = 'variant-types'
       AND NOT own.is_archived
       AND (own.name <> %(name)s::text
            OR (own.fields -> 'values' ? (v.options ->> own.name)
                AND v.options ->> own.name <> ALL(%(values)b::text[])))
     ORDER BY value
"""

_PAYMENT_METHODS: LiteralString = """
    SELECT code_key, fields ->> 'code' AS code, (fields ->> 'requires_reference')::bool AS requires_reference,
           fields ->> 'kind' AS method_kind
      FROM settings
     WHERE company_id = %(company_id)s AND kind = %(kind)s AND scope_id = %(scope_id)s
       AND code_key = ANY(%(code_keys)b::text[]) AND NOT is_archived
"""

# No other transaction begins to refer to it while this one looks for references.
_HOLD: LiteralString = """
    SELECT id FROM settings WHERE company_id = %(company_id)s AND id = %(id)s FOR UPDATE
"""

#: What refers to settings says itself how; each names `company_id` and `id`.
_USES: Mapping[Use, LiteralString] = {
    "settings": settings.USES,
    "products": products.USES,
    "stock": balances.USES,
    "transfers": transfers.USES,
    "counts": counts.USES,
    "shifts": shifts.USES,
    "users": users.USES,
    "customers": customers.USES,
}
_USED_BY: LiteralString = f"SELECT {', '.join(f'({uses}) AS {name}' for name, uses in _USES.items())}"


class SettingContext:
    """What a decision about a setting must know of the others.

    `cycles` are the fields by which it would hang under another of its kind, each with whether that closes a
    cycle; `removed_options` are the options that variants have and an edit would take away; `finer` says
    whether there is stock that is finer than a unit would be.
    """

    def __init__(
        self,
        kind: type[Setting],
        values: Mapping[str, Any],
        *,
        namesakes: Answer,
        references: References,
        cycles: Mapping[str, Answer],
        below: Answer | None,
        company: Answer | None,
        removed_options: Answer | None,
        finer: Answer | None,
    ) -> None:
        self._kind = kind
        self._values = values
        self._namesakes = namesakes
        self._references = references
        self._cycles = cycles
        self._below = below
        self._company = company
        self._removed_options = removed_options
        self._finer = finer

    def inherited(self) -> Mapping[str, Any]:
        """What a new one takes from its company unless it says otherwise."""
        row = self._company.row() if self._company else None
        return {field: row[field] for field in self._kind.inherited} if row else {}

    def check(self) -> None:
        """Raise DuplicateName, DuplicateCode, InUse, OtherStore or Invalid."""
        self._references.check()
        if details := [*self._closed_cycles(), *self._too_deep(), *self._unlike_the_company()]:
            raise Invalid(details=details)
        namesakes = self._namesakes.rows()
        if named := [row for row in namesakes if row["same_name"]]:
            raise DuplicateName(details=[_held("name", DuplicateName.code, named[0])])
        if namesakes:
            raise DuplicateCode(details=[_held("code", DuplicateCode.code, namesakes[0])])
        if self._removed_options and (used := self._removed_options.rows()):
            raise InUse(details=[_option_in_use(row, self._values) for row in used])
        if self._finer and (row := self._finer.row()) and row["is_finer"]:
            message = "There is stock of it with more decimal places."
            raise InUse(details=[Detail("precision", InUse.code, message)])

    def _closed_cycles(self) -> Iterable[Detail]:
        for field, answer in self._cycles.items():
            if (row := answer.row()) and row["closes"]:
                yield Detail(field, "ring", "Nothing can hang under itself.")

    def _too_deep(self) -> Iterable[Detail]:
        most, below = self._kind.deepest, self._below.row() if self._below else None
        for field, answer in self._cycles.items():
            row = answer.row()
            if most and below and row and not row["closes"] and row["levels"] + 1 + below["levels"] > most:
                yield Detail(field, "too_deep", f"The tree has at most {most} levels.")

    def _unlike_the_company(self) -> Iterable[Detail]:
        company = self.inherited()
        for field in self._kind.common:
            if field in self._values and self._values[field] != company.get(field):
                message = f"It must be the company's: {company.get(field)}."
                yield Detail(field, "not_the_companys", message)


def _targets(field: str, value: UUID | Sequence[UUID] | None) -> Iterable[tuple[str, UUID]]:
    """What a field refers to, each with where that is said."""
    if isinstance(value, UUID):
        return [(field, value)]
    return [(f"{field}.{index}", target) for index, target in enumerate(value or ())]


def _held(field: str, code: str, holder: Row) -> Detail:
    status = "active" if holder["is_active"] else "inactive"
    return Detail(field, code, f"{holder['name']} has it.").held_by(holder["id"], holder["name"], status)


def _option_in_use(row: Row, values: Mapping[str, Any]) -> Detail:
    is_renamed = values.get("name", row["option"]) != row["option"]
    return Detail(
        "name" if is_renamed else "values", "in_use", f"Variants have {row['option']} {row['value']}."
    )


class SettingsGuard:
    """What commands ask of the settings before they decide."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def context(
        self,
        kind: type[Setting],
        setting_id: UUID,
        values: Mapping[str, Any],
        *,
        store_ids: Sequence[UUID] = (),
    ) -> SettingContext:
        """Ask which names are taken and which references exist, with the next round trip.

        `store_ids` are those that the caller is bound to.
        """
        own = {"company_id": self._db.company_id, "id": setting_id}
        is_measured = kind is Unit and "precision" in values
        finer = ask_finer_than_unit(self._db, setting_id, values["precision"]) if is_measured else None
        targets = [
            (field, reference.kind, target)
            for reference in kind.references
            for field, target in _targets(reference.field, values.get(reference.field))
        ]
        # The kind is held before the references: of two commands that would close a cycle, the one that
        # waits holds nothing.
        cycles = self._cycles(kind, setting_id, targets)
        return SettingContext(
            kind,
            values,
            namesakes=self._db.ask(_NAMESAKES, {**own, **keys_of(kind, values)}),
            references=References(self._db, targets, store_ids),
            cycles=cycles,
            below=self._ask_below(kind, own) if cycles and kind.deepest else None,
            company=self._db.ask(_COMPANY, own) if kind.inherited else None,
            removed_options=self._removed_options(own, values) if kind is VariantType else None,
            finer=finer,
        )

    def position(self, setting: Setting) -> Mapping[str, Any]:
        """Where it stands in its tree, if its kind makes one, before the decision is written."""
        return position_of(self._db, setting) if isinstance(setting, Category) else {}

    def _ask_below(self, kind: type[Setting], own: Mapping[str, UUID]) -> Answer:
        return self._db.ask(_BELOW, {**own, "kind": kind.kind, "deepest": kind.deepest})

    def _removed_options(self, own: Mapping[str, UUID], values: Mapping[str, Any]) -> Answer:
        offered = list(values["values"]) if "values" in values else None
        # A command that is about to use a value holds the type, and is waited for before the uses are read.
        self._db.execute(_HOLD, own)
        return self._db.ask(_REMOVED_OPTIONS, {**own, "name": values.get("name"), "values": offered})

    def payment_methods(self, codes: Iterable[str]) -> Pending[Mapping[str, MethodAtSale]]:
        """Ask for those there are of these payment methods, by code."""
        keys = {code: name_key(code) for code in codes}
        answer = self._db.ask(
            _PAYMENT_METHODS,
            {
                "company_id": self._db.company_id,
                "kind": PaymentMethod.kind,
                "scope_id": NOWHERE,
                "code_keys": sorted(set(keys.values())),
            },
        )

        def by_code() -> Mapping[str, MethodAtSale]:
            methods = {
                row["code_key"]: MethodAtSale(
                    code=row["code"],
                    requires_reference=row["requires_reference"],
                    kind=row["method_kind"],
                )
                for row in answer.rows()
            }
            return {code: methods[key] for code, key in keys.items() if key in methods}

        return Pending(by_code)

    def _cycles(
        self, kind: type[Setting], setting_id: UUID, targets: Sequence[tuple[str, str, UUID]]
    ) -> dict[str, Answer]:
        of_its_kind = [(field, target) for field, other, target in targets if other == kind.kind]
        if not of_its_kind:
            return {}
        company_id = self._db.company_id
        self._db.execute(_HOLD_KIND, {"company_id": company_id, "kind": kind.kind})
        return {
            field: self._db.ask(
                _ABOVE, {"company_id": company_id, "id": setting_id, "field": field, "target": target}
            )
            for field, target in of_its_kind
        }

    def used_by(self, setting_id: UUID) -> list[Use]:
        """What that is not archived, or stock, refers to it; nothing can begin to until the end."""
        params = {"company_id": self._db.company_id, "id": setting_id}
        self._db.execute(_HOLD, params)
        row = self._db.ask(_USED_BY, params).row() or {}
        return [name for name in _USES if row[name]]
