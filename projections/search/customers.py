"""Finds customers: by a number or an address of theirs, else by their name, however it is typed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from domain.customers import Customer
from projections.base import Answer, Database
from projections.search.conditions import (
    CONDITIONS,
    MEETS_CONDITION,
    Condition,
    having,
    needed_words,
    params_of,
)
from projections.search.corrections import corrected
from projections.search.find import find_as_meant, find_as_typed, list_first, numbers_of
from projections.search.readings import Readings
from projections.search.tables import EMAILS, PHONES, REFERENCES
from projections.search.words import code_of, phone_code

CODES = (PHONES, EMAILS, REFERENCES)

_CODED: LiteralString = """
    SELECT one.id, one.kind
      FROM (SELECT unnest(%(kinds)b::text[]) AS kind, unnest(%(codes)b::text[]) AS code) AS sought
     CROSS JOIN unnest(%(statuses)b::text[]) AS selected(status)
     CROSS JOIN LATERAL (
            SELECT id, kind FROM customer_words
             WHERE company_id = %(company_id)s AND kind = sought.kind AND status = selected.status
               AND place = 0 AND word = sought.code
             ORDER BY text, id
             LIMIT %(limit)s::bigint
           ) AS one
"""

#: The customers that a text finds, as `found(id)` among a statement's common table expressions. Their
#: parameters, those that `searches` yields, are not to be named otherwise.
FOUND: LiteralString = f"""{CONDITIONS}, found AS MATERIALIZED (
        SELECT match.id
          FROM condition
         CROSS JOIN LATERAL (
                SELECT id FROM customer_words AS one
                 WHERE one.company_id = %(company_id)s AND one.kind = 'customers'
                   AND one.status = ANY(%(statuses)b::text[]) AND one.place = ANY(ARRAY[0, 1, 2])
                   AND {MEETS_CONDITION}
                OFFSET 0
               ) AS match
         UNION
        SELECT id FROM customer_words
         WHERE company_id = %(company_id)s AND kind = ANY(ARRAY['phones', 'emails', 'references'])
           AND status = ANY(%(statuses)b::text[]) AND place = 0 AND word = ANY(%(codes)b::text[])
    )"""


def find_customers(db: Database, text: str, *, statuses: Sequence[str], limit: int) -> list[UUID]:
    """The customers that a text finds, the best first; without a text the first of all by name."""
    if not text:
        return list_first(db, Customer.kind, statuses=statuses, limit=limit)
    codes = {**dict.fromkeys(CODES, text), PHONES: phone_code(text) or ""}
    coded = ask_coded(db, codes, statuses=statuses, limit=limit)
    hits = find_as_typed(db, Customer.kind, text, statuses=statuses, limit=limit)
    ids = [*(row["id"] for row in coded.rows()), *(one for _, one in hits)]
    if not ids:
        ids = [one for _, one in find_as_meant(db, Customer.kind, text, statuses=statuses, limit=limit)]
    return list(dict.fromkeys(ids))[:limit]


def ask_coded(db: Database, codes: Mapping[str, str], *, statuses: Sequence[str], limit: int) -> Answer:
    """Ask whose number or address this is, by its kind: rows of `id` and `kind`."""
    words = {kind: word for kind, code in codes.items() if (word := code_of(code))}
    params = {"company_id": db.company_id, "kinds": list(words), "codes": list(words.values())}
    return db.ask(_CODED, {**params, "statuses": list(statuses), "limit": limit})


def searches(db: Database, text: str, *, statuses: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The parameters of FOUND: for the text as it was typed, then, if that finds nobody, as it was meant."""
    words = needed_words(text)
    codes = sorted({code_of(text), code_of(phone_code(text))} - {""})
    own = {"company_id": db.company_id, "statuses": list(statuses), "codes": codes}
    readings = Readings(db, (Customer.kind,), text, statuses=statuses)
    yield {**own, **params_of([*_as_typed(db, words, statuses), *readings.conditions()])}
    if meant := corrected(db, (Customer.kind,), words):
        yield {**own, **params_of(meant)}


def _as_typed(db: Database, words: Sequence[str], statuses: Sequence[str]) -> list[Condition]:
    """That a name has each of these words; the rarest is looked up, the others in what it finds."""
    if not words:
        return []
    rarest = next(iter(numbers_of(db, Customer.kind, words, statuses=statuses))) if words[1:] else words[0]
    return [having(Customer.kind, rarest, words)]
