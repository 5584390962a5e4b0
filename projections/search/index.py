"""The words of everything that is found by name, kept so that the best are read first."""

from collections.abc import Iterable, Sequence
from typing import LiteralString

from domain.entities import Entity
from projections.base import Database, Fact, Projection
from projections.search.entries import Entry, Fold, Key
from projections.search.reading import FOLDS, IGNORED
from projections.search.words import is_spelt


class Search(Projection):
    """The words of everything that is looked for by name, in an order in which the best come first.

    `search_words` has a row for each word, `search_spellings` every word with the ways to misspell it by a
    letter; words that nothing has any more stay known. `search_entries` knows what the rows were made from.
    """

    name = "search"
    mode = "inline"
    tables = ("search_entries", "search_words", "search_spellings")
    folds = FOLDS
    ignores = IGNORED
    # NOTE: texts are compared byte by byte, whatever the database's language, so that a beginning is a range.
    # These comparisons, unlike pattern matching, are also allowed to use an index under row-level security.
    schema = """
        CREATE TABLE search_entries (
            company_id uuid NOT NULL,
            id         uuid NOT NULL,
            kind       text NOT NULL,
            parent_id  uuid,
            name       text NOT NULL,
            more       text NOT NULL,
            status     text NOT NULL,
            PRIMARY KEY (company_id, id, kind)
        );
        CREATE INDEX search_entries_parent ON search_entries (company_id, parent_id)
            WHERE parent_id IS NOT NULL;
        CREATE TABLE search_words (
            company_id uuid NOT NULL,
            kind       text NOT NULL,
            status     text NOT NULL,
            leads      boolean NOT NULL,
            word       text COLLATE "C" NOT NULL,
            text       text COLLATE "C" NOT NULL,
            id         uuid NOT NULL,
            shared     smallint NOT NULL,
            PRIMARY KEY (company_id, kind, status, leads, word, text, id, shared)
        );
        CREATE TABLE search_spellings (
            company_id uuid NOT NULL,
            kind       text NOT NULL,
            spelling   text COLLATE "C" NOT NULL,
            word       text COLLATE "C" NOT NULL,
            PRIMARY KEY (company_id, kind, spelling, word)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Fold the facts into entries first: what is drafted and activated at once is written once."""
        before = _entries_of(facts, db)
        folded = Fold(before)
        for fact in facts:
            folded.take(fact)
        after = folded.entries
        _take_out([entry for key, entry in before.items() if after.get(key) != entry], db)
        _put_in([entry for key, entry in after.items() if before.get(key) != entry], db)
        _learn({(kind, word) for kind, text in folded.texts for word in text.split()}, db)


_ENTRIES: LiteralString = """
    SELECT id, kind, parent_id, name, more, status FROM search_entries
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
     UNION
    SELECT id, kind, parent_id, name, more, status FROM search_entries
     WHERE company_id = %(company_id)s AND parent_id = ANY(%(ids)b::uuid[])
"""

_REMOVE_WORDS: LiteralString = """
    DELETE FROM search_words AS known
     USING unnest(%(kinds)b::text[], %(statuses)b::text[], %(leads)b::bool[], %(words)b::text[],
                  %(texts)b::text[], %(ids)b::uuid[]) AS gone(kind, status, leads, word, text, id)
     WHERE known.company_id = %(company_id)s AND known.kind = gone.kind AND known.status = gone.status
       AND known.leads = gone.leads AND known.word = gone.word AND known.text = gone.text
       AND known.id = gone.id
"""

_REMOVE_ENTRIES: LiteralString = """
    DELETE FROM search_entries AS known
     USING unnest(%(kinds)b::text[], %(ids)b::uuid[]) AS gone(kind, id)
     WHERE known.company_id = %(company_id)s AND known.id = gone.id AND known.kind = gone.kind
"""

_INSERT_ENTRIES: LiteralString = """
    INSERT INTO search_entries (company_id, id, kind, parent_id, name, more, status)
    SELECT %(company_id)s, new.*
      FROM unnest(%(ids)b::uuid[], %(kinds)b::text[], %(parents)b::uuid[], %(names)b::text[],
                  %(mores)b::text[], %(statuses)b::text[]) AS new
"""

# In the order of the index, whose pages are then found at hand.
_INSERT_WORDS: LiteralString = """
    INSERT INTO search_words (company_id, kind, status, leads, word, text, id, shared)
    SELECT %(company_id)s, new.kind, new.status, new.leads, new.word, new.text, new.id, new.shared
      FROM unnest(%(kinds)b::text[], %(statuses)b::text[], %(leads)b::bool[], %(words)b::text[],
                  %(texts)b::text[], %(ids)b::uuid[], %(shares)b::bigint[])
           AS new(kind, status, leads, word, text, id, shared)
     ORDER BY new.kind COLLATE "C", new.status COLLATE "C", new.leads, new.word COLLATE "C", new.id
"""

# What two transactions both add, they add in the same order, so that neither waits for the other in a ring.
_INSERT_SPELLINGS: LiteralString = """
    INSERT INTO search_spellings (company_id, kind, spelling, word)
    SELECT DISTINCT %(company_id)s::uuid, used.kind, spelt.spelling, used.word
      FROM unnest(%(kinds)b::text[], %(words)b::text[]) AS used(kind, word)
     CROSS JOIN LATERAL (
            SELECT used.word AS spelling
             UNION ALL
            SELECT left(used.word, place - 1) || substr(used.word, place + 1)
              FROM generate_series(1, length(used.word)) AS place
           ) AS spelt
     WHERE NOT EXISTS (SELECT FROM search_spellings AS known
                        WHERE known.company_id = %(company_id)s AND known.kind = used.kind
                          AND known.spelling = used.word AND known.word = used.word)
     ORDER BY 2, 3, 4
        ON CONFLICT DO NOTHING
"""


def _entries_of(facts: Sequence[Fact], db: Database) -> dict[Key, Entry]:
    """The entries that these facts change and did not make, with those below them."""
    new = {fact.stream_id for fact in facts if issubclass(fact.event, Entity.Registered)}
    ids = {fact.stream_id for fact in facts} - new
    if not ids:
        return {}
    rows = db.ask(_ENTRIES, {"company_id": db.company_id, "ids": list(ids)}).rows()
    return {(row["kind"], row["id"]): Entry(**row) for row in rows}


def _take_out(entries: Sequence[Entry], db: Database) -> None:
    """Remove entries with their words."""
    if not entries:
        return
    rows = [(entry, leads, word) for entry in entries for leads, word, _ in entry.rows()]
    db.execute(
        _REMOVE_WORDS,
        {
            "company_id": db.company_id,
            "kinds": [entry.kind for entry, _, _ in rows],
            "statuses": [entry.status for entry, _, _ in rows],
            "leads": [leads for _, leads, _ in rows],
            "words": [word for _, _, word in rows],
            "texts": [entry.text for entry, _, _ in rows],
            "ids": [entry.id for entry, _, _ in rows],
        },
    )
    kinds, ids = [entry.kind for entry in entries], [entry.id for entry in entries]
    db.execute(_REMOVE_ENTRIES, {"company_id": db.company_id, "kinds": kinds, "ids": ids})


def _put_in(entries: Sequence[Entry], db: Database) -> None:
    """Insert entries with their words."""
    if not entries:
        return
    db.execute(
        _INSERT_ENTRIES,
        {
            "company_id": db.company_id,
            "ids": [entry.id for entry in entries],
            "kinds": [entry.kind for entry in entries],
            "parents": [entry.parent_id for entry in entries],
            "names": [entry.name for entry in entries],
            "mores": [entry.more for entry in entries],
            "statuses": [entry.status for entry in entries],
        },
    )
    rows = [(entry, row) for entry in entries for row in entry.rows()]
    if rows:
        db.execute(
            _INSERT_WORDS,
            {
                "company_id": db.company_id,
                "kinds": [entry.kind for entry, _ in rows],
                "statuses": [entry.status for entry, _ in rows],
                "leads": [leads for _, (leads, _, _) in rows],
                "words": [word for _, (_, word, _) in rows],
                "texts": [entry.text for entry, _ in rows],
                "ids": [entry.id for entry, _ in rows],
                "shares": [shared for _, (_, _, shared) in rows],
            },
        )


def _learn(used: Iterable[tuple[str, str]], db: Database) -> None:
    """Take in how the new ones of these words of a kind may be spelt."""
    spelt = sorted(one for one in used if is_spelt(one[1]))
    if spelt:
        kinds, words = [kind for kind, _ in spelt], [word for _, word in spelt]
        db.execute(_INSERT_SPELLINGS, {"company_id": db.company_id, "kinds": kinds, "words": words})
