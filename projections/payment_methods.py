"""Payment methods as receipts and reports name them, whether they are still taken or not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import LiteralString

from domain.payment_methods import PaymentMethod
from domain.pending import Pending
from domain.settings import name_key
from projections.base import Database

# Of methods that had the same code one after the other, the one that has it now, else the last. Code by code:
# for several at once the settings of the whole company were read where most companies have few.
_BY_CODE: LiteralString = """
    SELECT asked.code_key, method.name, method.opens_drawer
      FROM unnest(%(code_keys)b::text[]) AS asked(code_key)
     CROSS JOIN LATERAL (
           SELECT name, (fields ->> 'opens_drawer')::bool AS opens_drawer, is_archived, created_at
             FROM settings
            WHERE company_id = %(company_id)s AND code_key = asked.code_key AND kind = %(kind)s
           OFFSET 0
           ) AS method
     ORDER BY method.is_archived DESC, method.created_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMethod:
    """A payment method of the company: what it is called, and whether the drawer opens for it."""

    name: str
    opens_drawer: bool


def find_methods(db: Database, codes: Iterable[str]) -> Mapping[str, NamedMethod]:
    """Those there are or were of these payment methods, by code."""
    keys = {code: name_key(code) for code in codes}
    params = {
        "company_id": db.company_id,
        "kind": PaymentMethod.kind,
        "code_keys": sorted(set(keys.values())),
    }
    rows = db.ask(_BY_CODE, params).rows()
    found = {row["code_key"]: NamedMethod(name=row["name"], opens_drawer=row["opens_drawer"]) for row in rows}
    return {code: found[key] for code, key in keys.items() if key in found}


# What has no code is passed over by the index: brands, categories and whatever else there is most of.
_NAMES: LiteralString = """
    SELECT fields ->> 'code' AS code, name
      FROM settings
     WHERE company_id = %(company_id)s AND kind = %(kind)s AND code_key IS NOT NULL
     ORDER BY is_archived DESC, created_at
"""


def ask_method_names(db: Database) -> Pending[Mapping[str, str]]:
    """Ask what all methods of the company are called, by code."""
    answer = db.ask(_NAMES, {"company_id": db.company_id, "kind": PaymentMethod.kind})
    return Pending(lambda: {row["code"]: row["name"] for row in answer.rows()})
