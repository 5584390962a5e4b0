"""Finding by name: what begins with the text, then what has all its words, else what was meant by it."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from domain.catalog.products import Product
from projections.base import Database, Row
from projections.search.conditions import (
    CONDITIONS,
    MEETS_CONDITION,
    Condition,
    beginning_of,
    having,
    needed_words,
    params_of,
)
from projections.search.corrections import corrected
from projections.search.entries import VARIANTS
from projections.search.readings import Readings
from projections.search.tables import InTables, in_both
from projections.search.words import END, words_of

#: Up to how many things that have a word are counted to find the rarest.
COMMON = 2_000


#: The kind and the id of a match.
Hit = tuple[str, UUID]

#: The variants `v` of each hit, a variant itself or those of a product, where hits come as `kinds` and `ids`.
VARIANTS_OF_HITS: LiteralString = """
           (SELECT unnest(%(kinds)b::text[]) AS kind, unnest(%(ids)b::uuid[]) AS id,
                   generate_subscripts(%(kinds)b::text[], 1) AS rank) AS hit
         CROSS JOIN LATERAL (
                SELECT * FROM variants
                 WHERE company_id = %(company_id)s AND id = hit.id AND hit.kind = 'variants'
                 UNION ALL
                SELECT * FROM variants
                 WHERE company_id = %(company_id)s AND product_id = hit.id AND hit.kind = 'products'
               ) AS v"""

# Each range is read in its own order and no further than needed.
_MATCHES: InTables = in_both(f"""
    WITH {CONDITIONS}
    SELECT condition.kind, condition.rank, of.place, match.word, match.text, match.id
      FROM condition
     CROSS JOIN unnest(%(statuses)b::text[]) AS selected(status)
     CROSS JOIN unnest(ARRAY[0, 1, 2]) AS of(place)
     CROSS JOIN LATERAL (
            SELECT word, text, id FROM search_words AS one
             WHERE one.company_id = %(company_id)s AND one.kind = condition.kind
               AND one.status = selected.status AND one.place = of.place
               AND {MEETS_CONDITION}
             ORDER BY one.word, one.text, one.id
             LIMIT %(limit)s::bigint
           ) AS match
""")

_FIRST: InTables = in_both("""
    SELECT match.id
      FROM unnest(%(statuses)b::text[]) AS selected(status)
     CROSS JOIN LATERAL (
            SELECT word, text, id FROM search_words AS one
             WHERE one.company_id = %(company_id)s AND one.kind = %(kind)s
               AND one.status = selected.status AND one.place = 0
             ORDER BY one.word, one.text, one.id
             LIMIT %(limit)s::bigint
           ) AS match
     ORDER BY match.word, match.text, match.id
     LIMIT %(limit)s::bigint
""")

_NUMBERS: InTables = in_both("""
    SELECT sought.word,
           (SELECT count(*)
              FROM (SELECT FROM search_words AS one
                     WHERE one.company_id = %(company_id)s AND one.kind = %(kind)s
                       AND one.status = ANY(%(statuses)b::text[]) AND one.place = ANY(ARRAY[0, 1, 2])
                       AND one.word >= sought.word AND one.word < sought.upto
                       AND one.shared < length(sought.word)
                     LIMIT %(most)s::bigint) AS counted) AS number
      FROM (SELECT unnest(%(words)b::text[]) AS word, unnest(%(uptos)b::text[]) AS upto) AS sought
""")


def list_first(db: Database, kind: str, *, statuses: Sequence[str], limit: int) -> list[UUID]:
    """The first of a kind in the order of their names."""
    params = {"company_id": db.company_id, "kind": kind, "statuses": list(statuses), "limit": limit}
    return [row["id"] for row in db.ask(_FIRST.of(kind), params).rows()]


def find_as_typed(db: Database, kind: str, text: str, *, statuses: Sequence[str], limit: int) -> list[Hit]:
    """What a text finds as it was typed, the best first; a variant may be found under its product.

    If that is not all that is asked for, what it finds with words joined or divided comes after it.
    """
    words = needed_words(text)
    hits = _matches(db, _as_typed(db, kind, text, words, statuses), statuses, limit)
    if len(hits) >= limit:
        return hits
    others = Readings(db, kinds_of(kind), text, statuses=statuses).conditions()
    return list(dict.fromkeys([*hits, *_matches(db, others, statuses, limit)]))[:limit]


def find_as_meant(db: Database, kind: str, text: str, *, statuses: Sequence[str], limit: int) -> list[Hit]:
    """What it finds once misspelt words are corrected, the fewest corrections first."""
    return _matches(db, corrected(db, kinds_of(kind), needed_words(text)), statuses, limit)


def kinds_of(kind: str) -> tuple[str, ...]:
    """Under which kinds things of a kind are found: variants under their products' names as well."""
    return (Product.kind, VARIANTS) if kind == VARIANTS else (kind,)


def numbers_of(
    db: Database, kind: str, words: Sequence[str], *, statuses: Sequence[str], most: int = COMMON
) -> dict[str, int]:
    """How many things have a word that begins like each of these, counted up to `most`; the rarest first."""
    beginnings = {beginning_of(word): word for word in words}
    params = {
        "company_id": db.company_id,
        "kind": kind,
        "statuses": list(statuses),
        "words": list(beginnings),
        "uptos": [word + END for word in beginnings],
        "most": most,
    }
    rows = sorted(db.ask(_NUMBERS.of(kind), params).rows(), key=lambda row: (row["number"], row["word"]))
    return {beginnings[row["word"]]: row["number"] for row in rows}


def _as_typed(
    db: Database, kind: str, text: str, words: Sequence[str], statuses: Sequence[str]
) -> list[Condition]:
    """Names that begin with the whole text come first, then those that have each of its words.

    Of several words the rarest is looked up, and the others are looked for in what it finds.
    """
    if not words:
        return []
    whole, conditions = " ".join(words_of(text)), []
    for one in kinds_of(kind):
        if one == VARIANTS:
            # The words of a variant's own do not include its product's, so any of them may lead to it.
            conditions += [having(one, word, words, rank=1) for word in words]
            continue
        conditions.append(Condition(one, whole))
        if words != [whole] or beginning_of(whole) != whole:
            rarest = next(iter(numbers_of(db, one, words, statuses=statuses))) if words[1:] else words[0]
            conditions.append(having(one, rarest, words, rank=1))
    return conditions


def _matches(db: Database, conditions: Sequence[Condition], statuses: Sequence[str], limit: int) -> list[Hit]:
    if not conditions:
        return []
    own = {"company_id": db.company_id, "statuses": list(statuses), "limit": limit}
    statement = _MATCHES.of(conditions[0].kind)
    rows = sorted(db.ask(statement, {**params_of(conditions), **own}).rows(), key=_goodness)
    return list(dict.fromkeys((row["kind"], row["id"]) for row in rows))[:limit]


def _goodness(row: Row) -> tuple[Any, ...]:
    return row["rank"], row["place"], row["word"], row["text"], row["id"]
